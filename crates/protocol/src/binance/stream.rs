//! Names of streams: `btcusdt@depth@100ms`, `!miniTicker@arr`.

use super::kline::KlineSpec;
use crate::stream::Channel;

/// How often a stream of the book has something new at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Speed {
    /// 100 ms.
    Fast,
    /// A second.
    Slow,
}

impl Speed {
    pub const fn millis(self) -> i64 {
        match self {
            Self::Fast => 100,
            Self::Slow => 1_000,
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Fast => "@100ms",
            Self::Slow => "",
        }
    }
}

/// The span of a rolling ticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TickerWindow {
    Hour1,
    Hour4,
    Day1,
}

impl TickerWindow {
    const ALL: [Self; 3] = [Self::Hour1, Self::Hour4, Self::Day1];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour1 => "1h",
            Self::Hour4 => "4h",
            Self::Day1 => "1d",
        }
    }

    pub const fn minutes(self) -> i64 {
        match self {
            Self::Hour1 => 60,
            Self::Hour4 => 240,
            Self::Day1 => 1_440,
        }
    }
}

/// What a stream tells of a market. `all` is the stream of all markets: one frame for each market that changed, a list of
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaceStream {
    Depth(Speed),
    Top { levels: u16, speed: Speed },
    BookTicker,
    Trade,
    AggTrade,
    MiniTicker { all: bool },
    Ticker { all: bool },
    WindowTicker { window: TickerWindow, all: bool },
    Kline(KlineSpec),
    AvgPrice,
}

impl FaceStream {
    /// The channel of ours that tells the same.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Depth(_) | Self::Top { .. } => Channel::Book,
            Self::BookTicker => Channel::Bbo,
            Self::Trade | Self::AggTrade => Channel::Trades,
            Self::MiniTicker { .. } | Self::Ticker { .. } | Self::WindowTicker { .. } | Self::AvgPrice => {
                Channel::Ticker
            }
            Self::Kline(_) => Channel::Candles,
        }
    }

    /// Whether each frame stands for itself, so that who missed some needs only the latest. The others are contiguous: there
    /// is no message that could put a hole right.
    pub const fn is_state(self) -> bool {
        !matches!(self, Self::Depth(_) | Self::Trade | Self::AggTrade)
    }

    pub const fn is_of_all(self) -> bool {
        matches!(
            self,
            Self::MiniTicker { all: true }
                | Self::Ticker { all: true }
                | Self::WindowTicker { all: true, .. }
        )
    }

    /// Its name for a symbol, which is written in lower case.
    pub fn name(self, symbol: &str) -> String {
        let of = |rest: &str| format!("{}@{rest}", symbol.to_lowercase());
        match self {
            Self::Depth(speed) => of(&format!("depth{}", speed.suffix())),
            Self::Top { levels, speed } => of(&format!("depth{levels}{}", speed.suffix())),
            Self::BookTicker => of("bookTicker"),
            Self::Trade => of("trade"),
            Self::AggTrade => of("aggTrade"),
            Self::MiniTicker { all: false } => of("miniTicker"),
            Self::Ticker { all: false } => of("ticker"),
            Self::WindowTicker { window, all: false } => of(&format!("ticker_{}", window.as_str())),
            Self::Kline(spec) => of(&format!("kline_{}{}", spec.interval.as_str(), spec.offset_suffix())),
            Self::AvgPrice => of("avgPrice"),
            Self::MiniTicker { all: true } => "!miniTicker@arr".to_owned(),
            Self::Ticker { all: true } => "!ticker@arr".to_owned(),
            Self::WindowTicker { window, all: true } => format!("!ticker_{}@arr", window.as_str()),
        }
    }
}

/// A stream, and of which symbol; of none when it is one of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedStream {
    /// In upper case.
    pub symbol: Option<String>,
    pub stream: FaceStream,
}

impl NamedStream {
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix('!') {
            // Some clients name the interval as well.
            let kind =
                ["@arr", "@arr@1000ms", "@arr@3000ms"].iter().find_map(|end| rest.strip_suffix(end))?;
            let stream = match (kind, kind.strip_prefix("ticker_")) {
                ("miniTicker", _) => FaceStream::MiniTicker { all: true },
                ("ticker", _) => FaceStream::Ticker { all: true },
                (_, Some(window)) => FaceStream::WindowTicker { window: window_of(window)?, all: true },
                _ => return None,
            };
            return Some(Self { symbol: None, stream });
        }
        let (symbol, rest) = name.split_once('@')?;
        if symbol.is_empty() || symbol.len() > 20 {
            return None;
        }
        Some(Self { symbol: Some(symbol.to_uppercase()), stream: stream_of(rest)? })
    }
}

fn window_of(text: &str) -> Option<TickerWindow> {
    TickerWindow::ALL.into_iter().find(|window| window.as_str() == text)
}

fn stream_of(rest: &str) -> Option<FaceStream> {
    let (kind, parameter) = rest.split_once('@').map_or((rest, None), |(kind, rest)| (kind, Some(rest)));
    if let Some(text) = kind.strip_prefix("kline_") {
        return KlineSpec::of_stream(text, parameter).map(FaceStream::Kline);
    }
    if let Some(levels) = kind.strip_prefix("depth") {
        let speed = match parameter {
            None | Some("1000ms") => Speed::Slow,
            Some("100ms") => Speed::Fast,
            Some(_) => return None,
        };
        return match levels {
            "" => Some(FaceStream::Depth(speed)),
            "5" => Some(FaceStream::Top { levels: 5, speed }),
            "10" => Some(FaceStream::Top { levels: 10, speed }),
            "20" => Some(FaceStream::Top { levels: 20, speed }),
            _ => None,
        };
    }
    if parameter.is_some() {
        return None;
    }
    match kind {
        "trade" => Some(FaceStream::Trade),
        "aggTrade" => Some(FaceStream::AggTrade),
        "bookTicker" => Some(FaceStream::BookTicker),
        "miniTicker" => Some(FaceStream::MiniTicker { all: false }),
        "ticker" => Some(FaceStream::Ticker { all: false }),
        "avgPrice" => Some(FaceStream::AvgPrice),
        _ => {
            let window = window_of(kind.strip_prefix("ticker_")?)?;
            Some(FaceStream::WindowTicker { window, all: false })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for name in [
            "btcusdt@depth",
            "btcusdt@depth@100ms",
            "btcusdt@depth5",
            "btcusdt@depth10@100ms",
            "btcusdt@depth20",
            "btcusdt@trade",
            "btcusdt@aggTrade",
            "btcusdt@miniTicker",
            "btcusdt@ticker",
            "btcusdt@ticker_4h",
            "btcusdt@bookTicker",
            "btcusdt@kline_1m",
            "btcusdt@kline_1M@+08:00",
            "btcusdt@avgPrice",
            "!miniTicker@arr",
            "!ticker@arr",
            "!ticker_1d@arr",
        ] {
            let parsed = NamedStream::parse(name).expect(name);
            let symbol = parsed.symbol.as_deref().unwrap_or_default();
            assert_eq!(parsed.stream.name(symbol), name);
            assert_eq!(parsed.stream.is_of_all(), parsed.symbol.is_none());
        }
        assert_eq!(
            NamedStream::parse("BTCUSDT@depth@1000ms"),
            Some(NamedStream { symbol: Some("BTCUSDT".to_owned()), stream: FaceStream::Depth(Speed::Slow) })
        );
        for name in
            ["0", "", "@", "@trade", "btcusdt", "btcusdt@", "btcusdt@depth7", "btcusdt@kline_2m", "!x@arr"]
        {
            assert_eq!(NamedStream::parse(name), None, "{name}");
        }
        for name in ["btcusdt@trade@100ms", "btcusdt@depth@5ms", "btcusdt@ticker_2h", "btcusdt@kline_1m@x"] {
            assert_eq!(NamedStream::parse(name), None, "{name}");
        }
    }
}
