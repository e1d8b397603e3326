//! A recording in memory, and the script of what a player sends of it.
//!
//! The lines are the truth and stay as recorded. The script says which of them are sent, in which order and with which
//! text; faults change the script alone, so that a player still knows what the venue's book really was.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// One line of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Zero-based, as in the `file_line` of `expected.json`; runs on over several files.
    pub number: usize,
    pub recv_ns: Option<i64>,
    /// `ws.<n>` or `rest`.
    pub conn: String,
    /// From the venue to the client.
    pub inbound: bool,
    pub raw: String,
}

impl Line {
    pub fn is_rest(&self) -> bool {
        self.conn == "rest"
    }

    /// A frame that the venue sent over a WebSocket.
    pub fn is_frame(&self) -> bool {
        self.inbound && !self.is_rest()
    }
}

#[derive(Deserialize)]
struct WireLine {
    recv_ns: Option<i64>,
    conn: String,
    dir: String,
    raw: String,
}

/// A frame of the script: a line, or what a fault made of it.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) text: Option<String>,
}

/// Lines and script. Predicates of the fault methods see only frames (`Line::is_frame`) that are still in the script.
#[derive(Debug, Clone)]
pub struct Recording {
    pub(crate) lines: Arc<Vec<Line>>,
    pub(crate) script: Vec<Step>,
}

impl Recording {
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        Self::open_all(&[path])
    }

    /// Several files as one session, the later continuing the earlier.
    pub fn open_all(paths: &[&Path]) -> anyhow::Result<Self> {
        let mut lines = Vec::new();
        for path in paths {
            read_into(&mut lines, path).with_context(|| format!("cannot read {}", path.display()))?;
        }
        Ok(Self::from_lines(lines))
    }

    /// A recording made in the test.
    pub fn from_lines(lines: Vec<Line>) -> Self {
        let frames = lines.iter().enumerate().filter(|(_, line)| line.is_frame());
        let script = frames.map(|(at, _)| Step { line: at, text: None }).collect();
        Self { lines: Arc::new(lines), script }
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many frames the script sends.
    pub fn frames(&self) -> usize {
        self.script.len()
    }

    /// The number of the first frame for which `pick` holds, at `from` or later.
    pub fn find(&self, from: usize, pick: impl Fn(&Line) -> bool) -> Option<usize> {
        self.lines.iter().skip(from).find(|line| line.is_frame() && pick(line)).map(|line| line.number)
    }

    /// Drops frames: the client never sees them.
    #[must_use]
    pub fn skip(mut self, pick: impl Fn(&Line) -> bool) -> Self {
        let lines = Arc::clone(&self.lines);
        self.script.retain(|step| !pick(&lines[step.line]));
        self
    }

    /// Sends frames twice, the second right after the first.
    #[must_use]
    pub fn duplicate(mut self, pick: impl Fn(&Line) -> bool) -> Self {
        let lines = Arc::clone(&self.lines);
        let twice = |step: Step| {
            let copies = if pick(&lines[step.line]) { 2 } else { 1 };
            std::iter::repeat_n(step, copies)
        };
        self.script = self.script.into_iter().flat_map(twice).collect();
        self
    }

    /// Sends a picked frame after the next one for which `like` holds, in its place, and that one before.
    /// `like` keeps the swap within one stream: the neighbour of a depth frame is often a trade.
    #[must_use]
    pub fn swap_with_next(mut self, pick: impl Fn(&Line) -> bool, like: impl Fn(&Line) -> bool) -> Self {
        let mut at = 0;
        while at < self.script.len() {
            let picked = pick(&self.lines[self.script[at].line]);
            let next =
                (at + 1..self.script.len()).find(|&next| picked && like(&self.lines[self.script[next].line]));
            match next {
                Some(next) => {
                    self.script.swap(at, next);
                    // The picked frame now stands at `next`; looking at it again would carry it to the end.
                    at = next + 1;
                }
                None => at += 1,
            }
        }
        self
    }

    /// Changes texts: `edit` gives the new one, or `None` to leave a frame as it is.
    #[must_use]
    pub fn corrupt(mut self, edit: impl Fn(&Line) -> Option<String>) -> Self {
        for step in &mut self.script {
            if let Some(text) = edit(&self.lines[step.line]) {
                step.text = Some(text);
            }
        }
        self
    }

    /// Only the frames of one connection.
    #[must_use]
    pub fn only_conn(self, conn: &str) -> Self {
        let conn = conn.to_owned();
        self.skip(move |line| line.conn != conn)
    }
}

fn read_into(lines: &mut Vec<Line>, path: &Path) -> anyhow::Result<()> {
    let reader = BufReader::new(zstd::Decoder::new(File::open(path)?)?);
    for text in reader.lines() {
        let text = text?;
        let number = lines.len();
        let wire: WireLine = serde_json::from_str(&text).with_context(|| format!("line {number}"))?;
        ensure!(wire.dir == "in" || wire.dir == "out", "line {number}: unknown direction {:?}", wire.dir);
        let inbound = wire.dir == "in";
        lines.push(Line { number, recv_ns: wire.recv_ns, conn: wire.conn, inbound, raw: wire.raw });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testdata;

    fn recording(raws: &[&str]) -> Recording {
        let line = |(number, raw): (usize, &&str)| Line {
            number,
            recv_ns: Some(number as i64),
            conn: if raw.starts_with("GET") { "rest" } else { "ws.1" }.to_owned(),
            inbound: !raw.starts_with("GET"),
            raw: (*raw).to_owned(),
        };
        Recording::from_lines(raws.iter().enumerate().map(line).collect())
    }

    fn check(recording: &Recording, expected: &[&str]) {
        let sent: Vec<&str> = recording
            .script
            .iter()
            .map(|step| step.text.as_deref().unwrap_or(&recording.lines[step.line].raw))
            .collect();
        assert_eq!(sent, expected);
    }

    #[test]
    fn faults_change_the_script_and_not_the_lines() {
        let clean = recording(&["d1", "GET x", "t1", "d2", "d3", "t2"]);
        let is = |raw: &'static str| move |line: &Line| line.raw == raw;
        let depth = |line: &Line| line.raw.starts_with('d');
        check(&clean, &["d1", "t1", "d2", "d3", "t2"]);
        check(&clean.clone().skip(is("d2")), &["d1", "t1", "d3", "t2"]);
        check(&clean.clone().duplicate(is("d3")), &["d1", "t1", "d2", "d3", "d3", "t2"]);
        check(&clean.clone().swap_with_next(is("d1"), depth), &["d2", "t1", "d1", "d3", "t2"]);
        check(&clean.clone().swap_with_next(is("d3"), depth), &["d1", "t1", "d2", "d3", "t2"]);
        let flipped = clean.corrupt(|line| (line.number == 2).then(|| "T1".to_owned()));
        check(&flipped, &["d1", "T1", "d2", "d3", "t2"]);
        assert_eq!(flipped.lines()[2].raw, "t1");
        assert_eq!(flipped.find(1, depth), Some(3));
    }

    #[test]
    fn shipped_files_are_read_as_one_session() {
        let first = testdata("binance-spot/btcusdt_20240808.jsonl.zst");
        let second = testdata("binance-spot/btcusdt_20240809.jsonl.zst");
        let both = Recording::open_all(&[&first, &second]).expect("shipped");
        assert_eq!(both.lines().len(), 99_575);
        assert_eq!(both.lines()[99_574].number, 99_574);
        let rest: Vec<&Line> = both.lines().iter().filter(|line| line.is_rest()).collect();
        assert_eq!((rest.len(), both.frames()), (2, 99_573));
        assert!(rest[0].raw.starts_with("GET https://"), "{}", rest[0].raw);
    }
}
