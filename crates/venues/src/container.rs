//! The recording container: zstd-compressed lines of JSON, one raw frame each.
//!
//! `{"recv_ns": <int|null>, "conn": "<id>", "dir": "in"|"out", "raw": "<exact original text>"}`.
//! `conn` is `ws.<n>` or `rest`. A REST exchange is two lines, `GET <url>` out and the body in;
//! `CONNECT <url>` out marks the opening of a WebSocket.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use marketd_domain::Timestamp;
use serde::Deserialize;

/// A line longer than this is not a recording: the largest snapshots seen are below 1 MiB.
const LINE_MAX: usize = 64 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
}

/// One raw frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    pub recv: Option<Timestamp>,
    pub conn: Cow<'a, str>,
    pub direction: Direction,
    pub raw: Cow<'a, str>,
}

#[derive(Deserialize)]
struct WireLine<'a> {
    recv_ns: Option<i64>,
    #[serde(borrow)]
    conn: Cow<'a, str>,
    dir: &'a str,
    #[serde(borrow)]
    raw: Cow<'a, str>,
}

#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    #[error("cannot read the recording: {0}")]
    Io(#[from] io::Error),
    #[error("line {line} is not of the recording layout: {reason}")]
    Layout { line: u64, reason: String },
}

/// Reads a recording line by line into one reused buffer.
pub struct Reader {
    lines: BufReader<Box<dyn Read + Send>>,
    buffer: Vec<u8>,
    line: u64,
}

impl Reader {
    /// Opens a file, compressed or not: zstd's magic number tells.
    pub fn open(path: &Path) -> Result<Self, ContainerError> {
        let mut file = BufReader::new(File::open(path)?);
        let compressed = file.fill_buf()?.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        let bytes: Box<dyn Read + Send> =
            if compressed { Box::new(zstd::Decoder::with_buffer(file)?) } else { Box::new(file) };
        Ok(Self::from_reader(bytes))
    }

    /// A recording that is already in memory, compressed.
    pub fn from_compressed(bytes: &'static [u8]) -> Result<Self, ContainerError> {
        Ok(Self::from_reader(Box::new(zstd::Decoder::with_buffer(bytes)?)))
    }

    fn from_reader(bytes: Box<dyn Read + Send>) -> Self {
        Self { lines: BufReader::with_capacity(256 * 1024, bytes), buffer: Vec::new(), line: 0 }
    }

    /// Zero-based number of the line that `next` gave last.
    pub const fn line_number(&self) -> u64 {
        self.line.saturating_sub(1)
    }

    /// The next line, or `None` at the end.
    #[allow(clippy::should_implement_trait, reason = "an iterator's items cannot borrow the reader's buffer")]
    pub fn next(&mut self) -> Result<Option<Line<'_>>, ContainerError> {
        loop {
            self.buffer.clear();
            let read = self.lines.by_ref().take(LINE_MAX as u64).read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.buffer.iter().any(|byte| !byte.is_ascii_whitespace()) {
                break;
            }
        }
        let layout = |reason: String| ContainerError::Layout { line: self.line, reason };
        let wire: WireLine<'_> =
            serde_json::from_slice(&self.buffer).map_err(|error| layout(error.to_string()))?;
        let direction = match wire.dir {
            "in" => Direction::In,
            "out" => Direction::Out,
            other => return Err(layout(format!("unknown direction {other:?}"))),
        };
        Ok(Some(Line {
            recv: wire.recv_ns.map(Timestamp::from_nanos),
            conn: wire.conn,
            direction,
            raw: wire.raw,
        }))
    }
}

/// Writes a recording.
pub struct Writer<W: Write> {
    encoder: zstd::Encoder<'static, W>,
    line: Vec<u8>,
}

impl Writer<BufWriter<File>> {
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::new(BufWriter::new(File::create(path)?))
    }
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> io::Result<Self> {
        // Level 3 is zstd's default: a busy feed costs it about one percent of a core.
        Ok(Self { encoder: zstd::Encoder::new(out, 3)?, line: Vec::new() })
    }

    pub fn write(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.line.clear();
        match line.recv {
            Some(recv) => write!(self.line, "{{\"recv_ns\":{}", recv.nanos())?,
            None => self.line.extend_from_slice(b"{\"recv_ns\":null"),
        }
        self.line.extend_from_slice(b",\"conn\":");
        serde_json::to_writer(&mut self.line, line.conn.as_ref())?;
        let direction: &[u8] = match line.direction {
            Direction::In => b",\"dir\":\"in\",\"raw\":",
            Direction::Out => b",\"dir\":\"out\",\"raw\":",
        };
        self.line.extend_from_slice(direction);
        serde_json::to_writer(&mut self.line, line.raw.as_ref())?;
        self.line.extend_from_slice(b"}\n");
        self.encoder.write_all(&self.line)
    }

    /// Pushes out what was written so far as a complete block, so that a killed recorder loses little.
    pub fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }

    pub fn finish(self) -> io::Result<W> {
        let mut out = self.encoder.finish()?;
        out.flush()?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_to_the_byte() {
        let raws = ["{\"a\":\"b\\\"c\"}", "CONNECT wss://x/y", "\u{fc}\u{1f600}\n\t\u{1}", ""];
        let mut writer = Writer::new(Vec::new()).expect("encoder");
        for (at, raw) in raws.iter().enumerate() {
            let recv = (at > 0).then(|| Timestamp::from_nanos(at as i64));
            let line = Line { recv, conn: "ws.1".into(), direction: Direction::In, raw: Cow::Borrowed(*raw) };
            writer.write(&line).expect("write");
        }
        let bytes: &'static [u8] = Box::leak(writer.finish().expect("finish").into_boxed_slice());
        let mut reader = Reader::from_compressed(bytes).expect("decoder");
        for (at, raw) in raws.iter().enumerate() {
            let line = reader.next().expect("layout").expect("a line");
            assert_eq!(line.raw, *raw);
            assert_eq!(line.recv.map_or(0, Timestamp::nanos), at as i64);
            assert_eq!(reader.line_number(), at as u64);
        }
        assert_eq!(reader.next().expect("end"), None);
    }

    #[test]
    fn a_foreign_line_is_named() {
        let mut reader = Reader::from_reader(Box::new(
            &b"{\"recv_ns\":1,\"conn\":\"ws.1\",\"dir\":\"up\",\"raw\":\"\"}\n"[..],
        ));
        let error = reader.next().expect_err("unknown direction").to_string();
        assert!(error.contains("line 1") && error.contains("up"), "{error}");
    }
}
