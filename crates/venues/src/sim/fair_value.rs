//! Where a simulated market's price wants to be: a walk around an anchor that itself walks, held by a
//! weak pull to the price the market started at, so that it stays believable for weeks.

use marketd_domain::Timestamp;

use super::draw::Draw;

/// Parts of a tick: markets that move less than a tick a step still move.
const PARTS: i64 = 256;
/// The value closes a 4096th of its distance to the anchor each step: about two minutes in calm.
const ANCHOR_PULL: i64 = 4_096;
/// And the anchor a 2^17th of its distance home: about an hour in calm.
const HOME_PULL: i64 = 1 << 17;

const FALL_NANOS: i64 = 45_000_000_000;
const CRASH_NANOS: i64 = 80_000_000_000;
/// Fear comes within three seconds.
const ALARM_NANOS: i64 = 3_000_000_000;
/// The most severe a crash gets.
pub(super) const FULL_SEVERITY: i64 = 256;

/// A crash under way.
#[derive(Debug, Clone, Copy)]
struct Crash {
    started_at: Timestamp,
    /// How far the value falls in all, and how far it has.
    depth: i64,
    fallen: i64,
}

pub(super) struct FairValue {
    home: i64,
    anchor: i64,
    value: i64,
    /// The largest step of the value, in parts of a tick.
    volatility: i64,
    crash: Option<Crash>,
}

impl FairValue {
    pub const fn new(start_ticks: i64, volatility: i64) -> Self {
        let home = start_ticks * PARTS;
        Self { home, anchor: home, value: home, volatility, crash: None }
    }

    pub const fn ticks(&self) -> i64 {
        self.value / PARTS
    }

    /// One step of time, up to `at`. A crash that is over ends here; see [`Self::is_crashing`].
    pub fn step(&mut self, draw: &mut Draw, at: Timestamp) {
        // Half of the steps bring no news, so that the touch stands still now and then.
        if draw.chance(1, 2) {
            self.value += draw.around_zero(self.volatility);
        }
        self.anchor += draw.around_zero(self.volatility / 2);
        self.value += (self.anchor - self.value) / ANCHOR_PULL;
        self.anchor += (self.home - self.anchor) / HOME_PULL;
        if let Some(crash) = &mut self.crash {
            let elapsed = at.nanos_since(crash.started_at);
            let due = i128::from(crash.depth) * i128::from(elapsed.min(FALL_NANOS)) / i128::from(FALL_NANOS);
            let fall = due as i64 - crash.fallen;
            crash.fallen += fall;
            self.value -= fall;
            self.anchor -= fall;
            if elapsed >= CRASH_NANOS {
                self.crash = None;
            }
        }
        // Repeated crashes, and luck, end here.
        let bounds = (self.home / 4, self.home * 4);
        self.value = self.value.clamp(bounds.0, bounds.1);
        self.anchor = self.anchor.clamp(bounds.0, bounds.1);
    }

    /// Takers move what others think the thing is worth: by half the largest step each.
    pub fn press(&mut self, pressure: i64) {
        self.value += pressure * self.volatility / 2;
    }

    /// Starts a fall by 5.5 to 9 %: with the market's own noise on top, a crash of 5 to 10 %. A price
    /// already near its lower bound falls by what is left.
    pub fn begin_crash(&mut self, draw: &mut Draw, now: Timestamp) {
        let depth = self.value / 1_000 * draw.between(55, 90);
        let depth = depth.min((self.value - self.home / 4).max(0));
        self.crash = Some(Crash { started_at: now, depth, fallen: 0 });
    }

    pub const fn end_crash(&mut self) {
        self.crash = None;
    }

    pub const fn is_crashing(&self) -> bool {
        self.crash.is_some()
    }

    /// How bad it is, up to [`FULL_SEVERITY`]: rises at once, stays through the fall, and dies away.
    pub fn severity(&self, at: Timestamp) -> i64 {
        let Some(crash) = self.crash else { return 0 };
        let elapsed = at.nanos_since(crash.started_at);
        let left = CRASH_NANOS - elapsed;
        let rising = elapsed.min(ALARM_NANOS) / (ALARM_NANOS / FULL_SEVERITY);
        let dying = left.min(CRASH_NANOS - FALL_NANOS) / ((CRASH_NANOS - FALL_NANOS) / FULL_SEVERITY);
        rising.min(dying).clamp(0, FULL_SEVERITY)
    }
}
