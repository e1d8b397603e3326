//! Replaying recordings: the same session code that a live connection drives, fed from files.
//!
//! [`Driver`] turns recorded lines into session calls and leaves out what only a network needs: what
//! the session wants done is ignored, because the recording holds what was done at the time.

mod looping;
mod summary;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use marketd_domain::{Timestamp, UpdateSink};

use crate::catalog::{Venue, venue_named};
use crate::container::{ContainerError, Direction, Line, Reader};
use crate::error::DecodeError;
use crate::session::{Action, ConnId, Io, SessionConfig, VenueSession};

pub use looping::LoopShift;
pub use summary::{BookSummary, Summary, SummarySink, run_files};

/// How often `on_timer` is called, by the recording's own clock.
const TIMER_MS: i64 = 1_000;

/// Our recorder's mark for a connection that ended; venues never see it.
pub const DISCONNECT_MARK: &str = "DISCONNECT";

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("{}: {error}", file.display())]
    Container { file: PathBuf, error: ContainerError },
    #[error("cannot tell the venue of {}: name it with --venue", .0.display())]
    UnknownVenue(PathBuf),
    #[error("unknown venue {0:?}")]
    NoSuchVenue(String),
    #[error("no recording was named")]
    NoFiles,
    #[error("the recordings are of different venues: {0} and {1}")]
    MixedVenues(&'static str, &'static str),
}

/// Finds the venue of recordings: by name, or by the folder that each file lies in.
pub fn venue_of(files: &[PathBuf], named: Option<&str>) -> Result<&'static dyn Venue, ReplayError> {
    if let Some(name) = named {
        return venue_named(name).ok_or_else(|| ReplayError::NoSuchVenue(name.to_owned()));
    }
    let mut found: Option<&'static dyn Venue> = None;
    for file in files {
        let venue = venue_of_path(file).ok_or_else(|| ReplayError::UnknownVenue(file.clone()))?;
        match found {
            Some(first) if first.name() != venue.name() => {
                return Err(ReplayError::MixedVenues(first.name(), venue.name()));
            }
            _ => found = Some(venue),
        }
    }
    found.ok_or(ReplayError::NoFiles)
}

/// The folder's name, or a file name that starts with one (`binance-spot_btcusdt_….jsonl.zst`).
fn venue_of_path(file: &Path) -> Option<&'static dyn Venue> {
    let absolute = std::path::absolute(file).ok()?;
    let folder = absolute.parent()?.file_name()?.to_str()?;
    if let Some(venue) = venue_named(folder) {
        return Some(venue);
    }
    let (prefix, _) = file.file_name()?.to_str()?.split_once('_')?;
    venue_named(prefix)
}

/// Feeds one session from recorded lines.
pub struct Driver {
    session: Box<dyn VenueSession>,
    actions: Vec<Action>,
    connections: HashMap<String, ConnId>,
    pending_get: Option<String>,
    now: Timestamp,
    timer_at: Timestamp,
}

/// What a line turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineOutcome {
    Taken,
    /// The session refused the message; nothing was applied.
    Refused(DecodeError),
}

impl Driver {
    pub fn new(venue: &dyn Venue, config: SessionConfig) -> Self {
        Self {
            session: venue.session(config),
            actions: Vec::new(),
            connections: HashMap::new(),
            pending_get: None,
            now: Timestamp::ZERO,
            timer_at: Timestamp::ZERO,
        }
    }

    /// Receive time of the latest line.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    pub fn line(&mut self, line: &Line<'_>, updates: &mut dyn UpdateSink) -> LineOutcome {
        if let Some(recv) = line.recv {
            self.now = recv;
        }
        let now = self.now;
        self.actions.clear();
        let mut io = Io { updates, actions: &mut self.actions };
        if now >= self.timer_at {
            self.timer_at = now.plus_millis(TIMER_MS);
            self.session.on_timer(now, &mut io);
        }
        let result = if line.conn == "rest" {
            match (line.direction, line.raw.strip_prefix("GET ")) {
                (Direction::Out, url) => {
                    self.pending_get = url.map(str::to_owned);
                    Ok(())
                }
                (Direction::In, _) => match self.pending_get.take() {
                    Some(url) => self.session.on_http(&url, line.raw.as_bytes(), now, &mut io),
                    None => Err(DecodeError::Field("GET before a REST answer")),
                },
            }
        } else {
            let known = self.connections.get(line.conn.as_ref()).copied();
            let conn = known.unwrap_or_else(|| {
                let conn = connection_number(&line.conn).unwrap_or(self.connections.len() as u32 + 1_000);
                self.connections.insert(line.conn.clone().into_owned(), conn);
                conn
            });
            match (line.direction, line.raw.strip_prefix("CONNECT ")) {
                (Direction::Out, Some(url)) => {
                    if known.is_some() {
                        self.session.on_close(conn, now, &mut io);
                    }
                    self.session.on_open(conn, url, now, &mut io);
                    Ok(())
                }
                (Direction::Out, None) if line.raw == DISCONNECT_MARK => {
                    self.session.on_close(conn, now, &mut io);
                    Ok(())
                }
                (Direction::Out, None) => {
                    self.session.on_sent(conn, line.raw.as_bytes(), &mut io);
                    Ok(())
                }
                (Direction::In, _) => {
                    if known.is_none() {
                        self.session.on_open(conn, "", now, &mut io);
                    }
                    self.session.on_message(conn, line.raw.as_bytes(), now, &mut io)
                }
            }
        };
        result.map_or_else(LineOutcome::Refused, |()| LineOutcome::Taken)
    }

    /// The recording is over.
    pub fn finish(&mut self, updates: &mut dyn UpdateSink) {
        self.actions.clear();
        self.session.finish(self.now, &mut Io { updates, actions: &mut self.actions });
    }
}

fn connection_number(name: &str) -> Option<ConnId> {
    name.strip_prefix("ws.")?.parse().ok()
}

/// Opens one recording.
pub fn open(file: &Path) -> Result<Reader, ReplayError> {
    Reader::open(file).map_err(|error| ReplayError::Container { file: file.to_owned(), error })
}
