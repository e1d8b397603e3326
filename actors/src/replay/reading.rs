//! Reading recordings: which markets they hold, and their lines, ahead of the player.

use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_venues::SessionConfig;
use marketd_venues::container::{ContainerError, Direction, Reader};
use marketd_venues::replay::Driver;
use tokio::sync::mpsc;

use super::{Recording, ReplaySpec};

/// Lines read ahead, in chunks.
const CHUNK_LINES: usize = 256;
const CHUNKS_AHEAD: usize = 8;
/// Lines read to find out which markets a recording holds before it is played.
const SCAN_LINES: u64 = 5_000;

pub struct OwnedLine {
    pub recv: Option<Timestamp>,
    pub conn: String,
    pub direction: Direction,
    pub raw: String,
}

pub type Chunk = Vec<OwnedLine>;

/// Which markets a recording holds, by playing its beginning to nobody.
#[derive(Default)]
struct Scan {
    instruments: Vec<Instrument>,
}

impl UpdateSink for Scan {
    fn listed(&mut self, _market: MarketIndex, instrument: &Instrument) {
        self.instruments.push(instrument.clone());
    }
    fn described(&mut self, market: MarketIndex, instrument: &Instrument) {
        let scales = self.instruments[market.usize()].scales;
        self.instruments[market.usize()] = Instrument { scales, ..instrument.clone() };
    }
    fn snapshot(&mut self, _: MarketIndex, _: &DepthUpdate) {}
    fn depth(&mut self, _: MarketIndex, _: &DepthUpdate) {}
    fn trade(&mut self, _: MarketIndex, _: &Trade) {}
    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        self.instruments[market.usize()].scales = scales;
    }
    fn gap(&mut self, _: MarketIndex, _: GapFound) {}
    fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn duplicate(&mut self, _: MarketIndex) {}
    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
}

impl Recording {
    fn count(&self) -> usize {
        match self {
            Self::Files(files) => files.len(),
            Self::Embedded(parts) => parts.len(),
        }
    }

    fn open(&self, at: usize) -> Result<Reader, ContainerError> {
        match self {
            Self::Files(files) => Reader::open(&files[at]),
            Self::Embedded(parts) => Reader::from_compressed(parts[at]),
        }
    }
}

/// The markets that a recording begins with.
pub fn instruments_of(spec: &ReplaySpec) -> Result<Vec<Instrument>, ContainerError> {
    let mut driver = Driver::new(spec.venue, SessionConfig { discover: true, ..SessionConfig::default() });
    let mut found = Scan::default();
    let mut reader = spec.recording.open(0)?;
    for _ in 0..SCAN_LINES {
        let Some(line) = reader.next()? else { break };
        driver.line(&line, &mut found);
    }
    for instrument in &mut found.instruments {
        if let Some(known) = spec.instruments.iter().find(|known| known.symbol == instrument.symbol) {
            *instrument = known.clone();
        }
    }
    Ok(found.instruments)
}

/// Reads a recording on a thread of its own; decompressing would hold up the arbiter.
pub fn read_ahead(recording: Recording) -> mpsc::Receiver<Chunk> {
    let (chunks, ahead) = mpsc::channel(CHUNKS_AHEAD);
    let read = move || -> Result<(), String> {
        let mut chunk = Vec::with_capacity(CHUNK_LINES);
        for at in 0..recording.count() {
            let mut reader = recording.open(at).map_err(|error| error.to_string())?;
            while let Some(line) = reader.next().map_err(|error| error.to_string())? {
                chunk.push(OwnedLine {
                    recv: line.recv,
                    conn: line.conn.into_owned(),
                    direction: line.direction,
                    raw: line.raw.into_owned(),
                });
                if chunk.len() == CHUNK_LINES
                    && chunks
                        .blocking_send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_LINES)))
                        .is_err()
                {
                    // The player moved elsewhere.
                    return Ok(());
                }
            }
        }
        // Fails only when the player moved elsewhere.
        let _ = chunks.blocking_send(chunk);
        Ok(())
    };
    std::thread::spawn(move || {
        if let Err(error) = read() {
            tracing::error!(error, "the recording cannot be read on");
        }
    });
    ahead
}
