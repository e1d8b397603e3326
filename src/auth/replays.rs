//! Signatures and tickets that were seen: each is good once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use marketd_bus::{Begin, Bus, Key, RequestHash};
use marketd_protocol::code::ErrorCode;
use parking_lot::Mutex;

use super::Refusal;
use super::secrets::hex;

/// Bounds the memory; at 5 s a signature it is room for 13,000 signed requests a second.
const SEEN_MAX: usize = 65_536;

/// What was seen within the time in which it could be shown again.
pub struct Replays {
    seen: Mutex<HashMap<[u8; 32], i64>>,
    /// Where nodes share one, what was shown to another counts too.
    shared: Option<Arc<dyn Bus>>,
}

impl Replays {
    pub fn new(shared: Option<Arc<dyn Bus>>) -> Self {
        Self { seen: Mutex::default(), shared }
    }

    /// Takes note of what is shown for the first time, until it would not be taken anyway.
    pub async fn first_time(&self, shown: [u8; 32], now_us: i64, until_us: i64) -> Result<(), Refusal> {
        self.first_time_here(shown, now_us, until_us)?;
        let Some(bus) = &self.shared else { return Ok(()) };
        let Ok(key) = Key::new(format!("seen:{}", hex(&shown))) else { return Ok(()) };
        let left = Duration::from_micros(u64::try_from(until_us - now_us).unwrap_or(1).max(1));
        match bus.begin(&key, RequestHash(shown), left).await {
            // A bus that cannot answer refuses nobody: this node has looked itself.
            Ok(Begin::Fresh(_)) | Err(_) => Ok(()),
            Ok(_) => Err(again()),
        }
    }

    fn first_time_here(&self, shown: [u8; 32], now_us: i64, until_us: i64) -> Result<(), Refusal> {
        let mut seen = self.seen.lock();
        if seen.len() >= SEEN_MAX {
            seen.retain(|_, until| *until > now_us);
            if seen.len() >= SEEN_MAX {
                return Err((ErrorCode::BUSY, "too many signed requests at once".to_owned()));
            }
        }
        match seen.insert(shown, until_us) {
            Some(until) if until > now_us => Err(again()),
            _ => Ok(()),
        }
    }
}

fn again() -> Refusal {
    (ErrorCode::UNAUTHENTICATED, "this was used before".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_shown_is_refused_until_its_time_is_over() {
        let replays = Replays::new(None);
        replays.first_time([1; 32], 0, 10).await.expect("new");
        replays.first_time([2; 32], 0, 10).await.expect("another");
        assert!(replays.first_time([1; 32], 9, 10).await.is_err());
        replays.first_time([1; 32], 10, 20).await.expect("its time is over");
    }

    #[tokio::test]
    async fn nodes_that_share_a_bus_refuse_what_another_saw() {
        let bus: Arc<dyn Bus> = Arc::new(marketd_bus::MemoryBus::default());
        let nodes = [0, 1].map(|_| Replays::new(Some(bus.clone())));
        nodes[0].first_time([1; 32], 0, 1_000_000).await.expect("new");
        assert!(nodes[1].first_time([1; 32], 0, 1_000_000).await.is_err());
    }

    #[test]
    fn the_memory_is_bounded() {
        let replays = Replays::new(None);
        let shown = |number: usize| {
            let mut shown = [0; 32];
            shown[..8].copy_from_slice(&number.to_le_bytes());
            shown
        };
        for number in 0..SEEN_MAX {
            replays.first_time_here(shown(number), 0, 10).expect("room");
        }
        let refused = replays.first_time_here(shown(SEEN_MAX), 9, 20).expect_err("no room");
        assert_eq!(refused.0, ErrorCode::BUSY);
        replays.first_time_here(shown(SEEN_MAX), 10, 20).expect("the time of the others is over");
    }
}
