//! What the simulated venue can be told to go through.

/// Each lasts until the next is set, except crash and gap, which end in calm by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// An ordinary day.
    Calm,
    /// Ten times the activity.
    Busy,
    /// The price falls by 5 to 10 % within a minute while bids thin out and the spread widens.
    Crash,
    /// The venue suspends trading; nothing happens.
    Halt,
    /// Depth messages are lost, the gap is noticed, a snapshot follows.
    Gap,
    /// The feed goes silent while the market moves on.
    Stale,
}

impl Scenario {
    pub const ALL: [Self; 6] = [Self::Calm, Self::Busy, Self::Crash, Self::Halt, Self::Gap, Self::Stale];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Busy => "busy",
            Self::Crash => "crash",
            Self::Halt => "halt",
            Self::Gap => "gap",
            Self::Stale => "stale",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.as_str() == text)
    }
}
