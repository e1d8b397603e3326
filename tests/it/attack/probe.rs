//! A healthy client beside an attack: each of its requests has to be answered.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::support::{PATIENCE, request};

/// Between two requests: a page that asks now and then, not a load.
const EVERY: Duration = Duration::from_millis(50);
/// What is asked for in turn; each on a connection of its own, which has to be accepted.
const PATHS: [&str; 3] = ["/livez", "/api/v1/markets", "/api/v1/limits"];

/// Answers that came, and how long each took.
#[derive(Debug, Default)]
pub struct Probed {
    pub times: Vec<Duration>,
    pub failures: Vec<String>,
}

impl Probed {
    pub fn p99(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len().saturating_sub(1) * 99 / 100]
    }
}

/// Probes until what it stands beside is over.
pub async fn beside<T>(address: &str, attack: impl Future<Output = T>) -> (T, Probed) {
    let is_over = Rc::new(Cell::new(false));
    let probing = async {
        let mut probed = Probed::default();
        let mut turn = PATHS.iter().cycle();
        while !is_over.get() {
            let (path, began) = (turn.next().expect("a path"), Instant::now());
            match tokio::time::timeout(PATIENCE, request(address, "GET", path, &[], "")).await {
                Ok(Ok(answer)) if answer.status == 200 => probed.times.push(began.elapsed()),
                other => probed.failures.push(format!("{path} after {:?}: {other:?}", began.elapsed())),
            }
            tokio::time::sleep(EVERY).await;
        }
        probed
    };
    let attacking = async {
        let done = attack.await;
        is_over.set(true);
        done
    };
    tokio::join!(attacking, probing)
}

/// A tool in a process of its own, to its end.
pub async fn run(mut command: std::process::Command) -> std::process::Output {
    let output = actix_web::rt::task::spawn_blocking(move || command.output());
    output.await.expect("not cancelled").expect("it starts")
}
