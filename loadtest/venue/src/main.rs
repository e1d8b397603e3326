//! `scripted-venue`: listens, waits for its reader, publishes, reports.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::{Parser, ValueEnum};
use marketd_loadtest::market::Kind;
use marketd_loadtest::publish::{Order, publish};
use marketd_loadtest::schedule::{Load, Ramp};
use marketd_loadtest::server::Venue;

/// A venue that speaks Bitstamp's protocol and publishes at an exact rate. Its markets are M0-USD, M1-USD, ...; point
/// marketd at it with MARKETD__VENUES__BITSTAMP__{ENABLED,MARKETS,WS_URL,REST_URL}.
#[derive(Parser)]
struct Flags {
    /// Address for WebSocket and REST; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:9200")]
    listen: SocketAddr,
    #[arg(long, default_value_t = 1)]
    markets: usize,
    /// Messages a second, over all markets.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// Multiply the rate every so many seconds.
    #[arg(long, value_name = "FACTOR:SECONDS")]
    ramp: Option<Ramp>,
    #[arg(long, value_enum, default_value_t = Kinds::Trades)]
    kind: Kinds,
    /// Seconds of publishing.
    #[arg(long, default_value_t = 10.0)]
    duration: f64,
    /// Publish when a line comes on standard input, instead of as soon as every market has its reader.
    #[arg(long)]
    wait_for_line: bool,
    /// Seconds to wait for the readers.
    #[arg(long, default_value_t = 60)]
    patience: u64,
    /// Keep serving after the last message, until the process is ended: a venue that goes makes its markets stale.
    #[arg(long)]
    stay: bool,
    /// Priority of the process, as of nice(1); negative needs the right to it.
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    nice: i32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kinds {
    Trades,
    Book,
    Both,
}

impl Kinds {
    const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Trades => &[Kind::Trade],
            Self::Book => &[Kind::Book],
            Self::Both => &[Kind::Trade, Kind::Book],
        }
    }
}

fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    ensure!(flags.listen.ip().is_loopback(), "the scripted venue listens on loopback addresses only");
    ensure!(flags.markets > 0, "a venue has at least one market");
    ensure!(flags.rate.is_finite() && flags.rate > 0.0, "the rate must be above zero");
    let duration = Duration::try_from_secs_f64(flags.duration).context("--duration is not a time")?;
    if flags.nice != 0 && rustix::process::setpriority_process(None, flags.nice).is_err() {
        eprintln!("no right to priority {}: publishing with the usual one", flags.nice);
    }
    let venue = Venue::new(flags.markets);
    let address = venue.listen(flags.listen)?;
    eprintln!("listening {address}");
    ensure!(
        venue.wait_for_readers(Duration::from_secs(flags.patience)),
        "nobody subscribed to every market within {} s",
        flags.patience
    );
    eprintln!("subscribed");
    if flags.wait_for_line {
        std::io::stdin().lock().read_line(&mut String::new()).context("standard input cannot be read")?;
    }
    let load = Load { rate: flags.rate, duration, ramp: flags.ramp };
    let order = Order { kinds: flags.kind.kinds(), markets: flags.markets };
    let report = publish(&venue, &load, order);
    println!("{}", serde_json::to_string(&report)?);
    if flags.stay {
        loop {
            std::thread::park();
        }
    }
    Ok(())
}
