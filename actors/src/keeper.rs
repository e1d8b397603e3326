//! The keeper restarts what died.
//!
//! A panic drops an actor and nobody is told (actix restarts only what stops by itself). So every
//! long-lived actor is watched here: a probe says whether it is alive, a factory makes a new one. *Owns*
//! the factories and the counts of restarts. *Restart of its own*: none; it does nothing that can panic.

use std::time::{Duration, Instant};

use actix::prelude::*;
use std::sync::Arc;

use crate::board::Board;

const LOOK: Duration = Duration::from_millis(100);
/// The first restart comes at once, then ever later up to this.
const WAIT_FIRST: Duration = Duration::from_millis(200);
const WAIT_MAX: Duration = Duration::from_secs(30);
/// An actor that lived so long is healthy: its waits start over.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);

/// How to tell that an actor lives, and how to make another.
pub struct Watch {
    pub name: String,
    pub is_alive: Box<dyn Fn() -> bool + Send>,
    pub restart: Box<dyn Fn() + Send>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct WatchActor(pub Watch);

/// Nothing is restarted any more.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct StandDown;

struct Watched {
    watch: Watch,
    restarts: u32,
    started_at: Instant,
    restart_at: Option<Instant>,
}

pub struct KeeperActor {
    board: Arc<Board>,
    watched: Vec<Watched>,
    standing_down: bool,
}

impl KeeperActor {
    pub fn new(board: Arc<Board>) -> Self {
        Self { board, watched: Vec::new(), standing_down: false }
    }

    fn look(&mut self) {
        if self.standing_down {
            return;
        }
        for watched in &mut self.watched {
            let now = Instant::now();
            if (watched.watch.is_alive)() {
                if now.duration_since(watched.started_at) > HEALTHY_AFTER {
                    watched.restarts = 0;
                }
                continue;
            }
            let restart_at = *watched.restart_at.get_or_insert_with(|| {
                let wait = wait_before(watched.restarts);
                self.board.note_actor(&watched.watch.name, false);
                tracing::error!(
                    actor = watched.watch.name,
                    restarts = watched.restarts,
                    wait_ms = wait.as_millis() as u64,
                    "actor died, starting it again"
                );
                now + wait
            });
            if now >= restart_at {
                (watched.watch.restart)();
                self.board.note_restart(&watched.watch.name);
                watched.restarts += 1;
                watched.started_at = now;
                watched.restart_at = None;
            }
        }
    }
}

fn wait_before(restarts: u32) -> Duration {
    match restarts.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => WAIT_FIRST.saturating_mul(1 << doublings.min(16)).min(WAIT_MAX),
    }
}

impl Actor for KeeperActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(LOOK, |actor, _| actor.look());
    }
}

impl Handler<WatchActor> for KeeperActor {
    type Result = ();

    fn handle(&mut self, WatchActor(watch): WatchActor, _ctx: &mut Self::Context) {
        self.board.note_actor(&watch.name, true);
        self.watched.push(Watched { watch, restarts: 0, started_at: Instant::now(), restart_at: None });
    }
}

impl Handler<StandDown> for KeeperActor {
    type Result = ();

    fn handle(&mut self, _: StandDown, _ctx: &mut Self::Context) {
        self.standing_down = true;
        // The factories hold what their actors began with, a recorder among it: its file is complete only
        // when all have let go of it.
        self.watched.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_come_at_once_and_then_ever_later() {
        let waits: Vec<u128> =
            [0, 1, 2, 3, 8, 9, 40].map(|restarts| wait_before(restarts).as_millis()).to_vec();
        assert_eq!(waits, [0, 200, 400, 800, 25_600, 30_000, 30_000]);
    }
}
