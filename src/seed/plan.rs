//! Which files there are, what each of them is, and of which market.

use std::path::{Path, PathBuf};

use marketd_domain::CandleInterval;
use marketd_domain::instrument::MarketId;
use marketd_venues::replay::venue_of;
use marketd_venues::symbols::split_pair;
use marketd_venues::{Venue, venue_named};

use super::{Options, SeedError};

pub enum Input {
    /// A CSV file of candles.
    Candles {
        market: MarketId,
        interval: Option<CandleInterval>,
    },
    Recording {
        venue: &'static dyn Venue,
    },
}

pub struct Job {
    pub file: PathBuf,
    pub bytes: u64,
    pub input: Input,
}

#[derive(Default)]
pub struct Plan {
    pub jobs: Vec<Job>,
    /// Of folders: files that cannot be told, with the reason.
    pub passed_over: Vec<(PathBuf, String)>,
}

/// Files that are named must be what they should; of folders those are taken that are.
pub fn plan(options: &Options) -> Result<Plan, SeedError> {
    let mut plan = Plan::default();
    for path in &options.paths {
        let io = |error| SeedError::File { file: path.clone(), error };
        if !std::fs::metadata(path).map_err(io)?.is_dir() {
            let input = input_of(path, options, options.market.as_ref());
            let input = input.map_err(|reason| SeedError::Plan(format!("{}: {reason}", path.display())))?;
            plan.add(path.clone(), input)?;
            continue;
        }
        let mut files = Vec::new();
        gather(path, &mut files)?;
        for file in files {
            match input_of(&file, options, None) {
                Ok(Input::Candles { market, .. })
                    if options.market.as_ref().is_some_and(|only| *only != market) => {}
                Ok(input) => plan.add(file, input)?,
                Err(reason) => plan.passed_over.push((file, reason)),
            }
        }
    }
    if plan.jobs.is_empty() {
        return Err(SeedError::Plan(
            "there is no file to seed from: CSV files and recordings (.jsonl, .zst) are".into(),
        ));
    }
    Ok(plan)
}

impl Plan {
    fn add(&mut self, file: PathBuf, input: Input) -> Result<(), SeedError> {
        let bytes =
            std::fs::metadata(&file).map_err(|error| SeedError::File { file: file.clone(), error })?.len();
        self.jobs.push(Job { file, bytes, input });
        Ok(())
    }
}

fn extension(file: &Path) -> &str {
    file.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// What may be seeded from in a folder and in those below, by name. Links are not followed: they may lead in a circle.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), SeedError> {
    let io = |error| SeedError::File { file: folder.to_owned(), error };
    let mut entries: Vec<_> = std::fs::read_dir(folder).map_err(io)?.collect::<Result<_, _>>().map_err(io)?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().map_err(io)?);
        if kind.is_dir() {
            gather(&path, files)?;
        } else if kind.is_file() && matches!(extension(&path), "csv" | "jsonl" | "zst") {
            files.push(path);
        }
    }
    Ok(())
}

fn input_of(file: &Path, options: &Options, market: Option<&MarketId>) -> Result<Input, String> {
    if matches!(extension(file), "jsonl" | "zst") {
        let venue =
            venue_of(&[file.to_owned()], options.venue.as_deref()).map_err(|error| error.to_string())?;
        return Ok(Input::Recording { venue });
    }
    let (named, interval) = read_name(file);
    let market = market.cloned().or(named).ok_or("cannot tell its market: name it with --market")?;
    Ok(Input::Candles { market, interval: options.interval.or(interval) })
}

/// Market and interval of a name like `coinbase_btcusd_1m_201804.csv`.
fn read_name(file: &Path) -> (Option<MarketId>, Option<CandleInterval>) {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let mut parts = stem.split('_');
    let market = parts.next().and_then(venue_named).zip(parts.next()).and_then(|(venue, pair)| {
        let (base, quote) = split_pair(pair);
        format!("{}:{base}-{quote}", venue.name()).parse().ok()
    });
    (market, stem.split('_').find_map(CandleInterval::parse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_market_and_interval() {
        let check = |name: &str, market: Option<&str>, interval: Option<&str>| {
            let (found, found_interval) = read_name(Path::new(name));
            assert_eq!(found.as_ref().map(MarketId::as_str), market, "{name}");
            assert_eq!(found_interval.map(CandleInterval::as_str), interval, "{name}");
        };
        check("x/coinbase_btcusd_1m_201804.csv", Some("coinbase:BTC-USD"), Some("1m"));
        check("binance_btcusdt_1h.csv", Some("binance:BTC-USDT"), Some("1h"));
        check("binance-spot_btcbusd_1d_2022.csv", Some("binance:BTC-BUSD"), Some("1d"));
        check("spy_1d_2008_2017.csv", None, Some("1d"));
        check("coinbase_xyz_1m.csv", None, Some("1m"));
        check("candles.csv", None, None);
    }
}
