//! Channels and the streams they make: a stream is a market, a channel and its parameters.

use marketd_domain::CandleInterval;

use crate::binance::FaceStream;
use crate::code::ErrorCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    Book,
    Bbo,
    Trades,
    Ticker,
    Candles,
    Status,
}

impl Channel {
    pub const ALL: [Self; 6] =
        [Self::Book, Self::Bbo, Self::Trades, Self::Ticker, Self::Candles, Self::Status];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Bbo => "bbo",
            Self::Trades => "trades",
            Self::Ticker => "ticker",
            Self::Candles => "candles",
            Self::Status => "status",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}

/// How many levels a side a book stream shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BookDepth {
    Top(u16),
    Full,
}

impl BookDepth {
    pub const SERVED: [u16; 4] = [10, 25, 50, 100];

    pub fn levels(self) -> usize {
        match self {
            Self::Top(levels) => usize::from(levels),
            Self::Full => usize::MAX,
        }
    }
}

/// The least time between two frames of a book stream; zero sends every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BookInterval(u16);

impl BookInterval {
    pub const EVERY_CHANGE: Self = Self(0);
    pub const SERVED_MS: [u16; 4] = [0, 100, 250, 1_000];

    pub fn from_millis(millis: u64) -> Option<Self> {
        let millis = u16::try_from(millis).ok()?;
        Self::SERVED_MS.contains(&millis).then_some(Self(millis))
    }

    pub const fn millis(self) -> u16 {
        self.0
    }
}

/// Channel and parameters: with a market, the name of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamKey {
    Book {
        depth: BookDepth,
        interval: BookInterval,
        checksum: bool,
    },
    Bbo,
    Trades,
    Ticker,
    Candles(CandleInterval),
    Status,
    /// A stream as Binance's clients know it; it has frames in their forms only.
    Face(FaceStream),
}

impl StreamKey {
    pub const fn channel(self) -> Channel {
        match self {
            Self::Book { .. } => Channel::Book,
            Self::Bbo => Channel::Bbo,
            Self::Trades => Channel::Trades,
            Self::Ticker => Channel::Ticker,
            Self::Candles(_) => Channel::Candles,
            Self::Status => Channel::Status,
            Self::Face(stream) => stream.channel(),
        }
    }

    /// Channels of state recover by a snapshot; channels of events tell what was missed.
    pub const fn is_state(self) -> bool {
        match self {
            Self::Trades => false,
            Self::Face(stream) => stream.is_state(),
            _ => true,
        }
    }

    /// The stream that a request's fields name; missing ones take their defaults.
    pub fn from_parameters(parameters: &StreamParameters<'_>) -> Result<Self, (ErrorCode, String)> {
        let Some(channel) = Channel::parse(parameters.channel) else {
            return Err((ErrorCode::UNKNOWN_CHANNEL, format!("unknown channel {:?}", parameters.channel)));
        };
        Ok(match channel {
            Channel::Book => Self::Book {
                depth: parse_depth(parameters.depth)?,
                interval: parse_book_interval(parameters.interval_ms)?,
                checksum: parameters.checksum,
            },
            Channel::Candles => {
                let text = parameters.interval.unwrap_or("1m");
                let interval = CandleInterval::parse(text)
                    .ok_or_else(|| (ErrorCode::BAD_INTERVAL, format!("unknown candle interval {text:?}")))?;
                Self::Candles(interval)
            }
            Channel::Bbo => Self::Bbo,
            Channel::Trades => Self::Trades,
            Channel::Ticker => Self::Ticker,
            Channel::Status => Self::Status,
        })
    }
}

/// The fields of a request that name a stream.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamParameters<'a> {
    pub channel: &'a str,
    pub depth: Option<DepthParameter>,
    pub interval_ms: Option<u64>,
    pub interval: Option<&'a str>,
    pub checksum: bool,
}

/// `depth` as it came: a number, or the word `full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepthParameter {
    Levels(u64),
    Full,
}

fn parse_depth(depth: Option<DepthParameter>) -> Result<BookDepth, (ErrorCode, String)> {
    match depth {
        None => Ok(BookDepth::Top(50)),
        Some(DepthParameter::Full) => Ok(BookDepth::Full),
        Some(DepthParameter::Levels(levels)) => u16::try_from(levels)
            .ok()
            .filter(|levels| BookDepth::SERVED.contains(levels))
            .map(BookDepth::Top)
            .ok_or_else(|| {
                (ErrorCode::BAD_DEPTH, format!("depth {levels} is not 10, 25, 50, 100 or \"full\""))
            }),
    }
}

fn parse_book_interval(interval_ms: Option<u64>) -> Result<BookInterval, (ErrorCode, String)> {
    let millis = interval_ms.unwrap_or(100);
    BookInterval::from_millis(millis)
        .ok_or_else(|| (ErrorCode::BAD_INTERVAL, format!("interval_ms {millis} is not 0, 100, 250 or 1000")))
}
