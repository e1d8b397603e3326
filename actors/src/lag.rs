//! How late the threads of actors are: a task on each of them wakes at set times, and notes by how much it was late.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Between two looks.
pub const EVERY: Duration = Duration::from_millis(250);
/// So many looks are remembered: ten seconds.
const LOOKS: usize = 40;

/// How late one thread was, the last times that it was looked at.
#[derive(Debug)]
pub struct Lag {
    name: String,
    looks: Mutex<([Duration; LOOKS], usize)>,
}

impl Lag {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn note(&self, late: Duration) {
        let (looks, next) = &mut *self.looks.lock();
        looks[*next] = late;
        *next = (*next + 1) % LOOKS;
    }

    /// The worst of the last ten seconds.
    pub fn worst(&self) -> Duration {
        self.looks.lock().0.iter().max().copied().unwrap_or_default()
    }

    /// Looks at the thread that this runs on, for as long as it does.
    pub async fn watch(self: Arc<Self>) {
        loop {
            let due = Instant::now() + EVERY;
            tokio::time::sleep_until(due.into()).await;
            self.note(due.elapsed());
        }
    }
}

/// Of all threads of one server.
#[derive(Debug, Default)]
pub struct Lags(Mutex<Vec<Arc<Lag>>>);

impl Lags {
    pub fn add(&self, name: impl Into<String>) -> Arc<Lag> {
        let lag = Arc::new(Lag { name: name.into(), looks: Mutex::new(([Duration::ZERO; LOOKS], 0)) });
        self.0.lock().push(lag.clone());
        lag
    }

    pub fn all(&self) -> Vec<Arc<Lag>> {
        self.0.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_the_last_looks_counts() {
        let lags = Lags::default();
        let lag = lags.add("feeds");
        assert_eq!((lag.worst(), lags.all().len()), (Duration::ZERO, 1));
        lag.note(Duration::from_millis(70));
        for _ in 0..LOOKS - 1 {
            lag.note(Duration::from_millis(2));
        }
        assert_eq!(lag.worst(), Duration::from_millis(70));
        lag.note(Duration::from_millis(1));
        assert_eq!(lag.worst(), Duration::from_millis(2));
    }

    /// A thread that is busy when its look is due comes late, and says so.
    #[test]
    fn a_thread_that_is_held_up_is_late() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let lag = Lags::default().add("held up");
        let began = Instant::now();
        runtime.block_on(async {
            tokio::spawn(lag.clone().watch());
            tokio::task::yield_now().await;
            while began.elapsed() < EVERY * 2 {
                std::hint::spin_loop();
            }
            while lag.worst().is_zero() {
                tokio::task::yield_now().await;
            }
        });
        assert!(lag.worst() >= EVERY / 2, "{:?}", lag.worst());
    }
}
