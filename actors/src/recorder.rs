//! Recording: raw frames on their way to a file, written by a thread of its own.

use std::borrow::Cow;
use std::path::Path;
use std::thread::JoinHandle;

use marketd_domain::Timestamp;
use marketd_venues::container::{Direction, Line, Writer};
use tokio::sync::mpsc;

/// Lines that may wait for the disk; a full queue holds the feed back instead of losing a frame.
const QUEUE: usize = 8_192;

struct Recorded {
    recv: Timestamp,
    conn: String,
    direction: Direction,
    raw: String,
}

/// Where feeds put what they received and sent. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    lines: mpsc::Sender<Recorded>,
}

impl Recorder {
    /// Starts the writing thread. It ends, and the file is complete, when every recorder is dropped.
    pub fn create(path: &Path) -> std::io::Result<(Self, JoinHandle<std::io::Result<u64>>)> {
        let mut writer = Writer::create(path)?;
        let (lines, mut queue) = mpsc::channel::<Recorded>(QUEUE);
        let thread = std::thread::Builder::new().name("recorder".to_owned()).spawn(move || {
            let mut written = 0;
            while let Some(line) = queue.blocking_recv() {
                writer.write(&Line {
                    recv: Some(line.recv),
                    conn: Cow::Owned(line.conn),
                    direction: line.direction,
                    raw: Cow::Owned(line.raw),
                })?;
                written += 1;
                // About a second of a busy market: a killed recorder loses no more than that.
                if written % 1_000 == 0 {
                    writer.flush()?;
                }
            }
            writer.finish()?;
            Ok(written)
        })?;
        Ok((Self { lines }, thread))
    }

    pub async fn record(&self, recv: Timestamp, conn: &str, direction: Direction, raw: &str) {
        let line = Recorded { recv, conn: conn.to_owned(), direction, raw: raw.to_owned() };
        if self.lines.send(line).await.is_err() {
            tracing::error!("the recorder has stopped, a frame is lost");
        }
    }
}
