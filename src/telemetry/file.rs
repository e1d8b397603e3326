//! The log's file: written by a thread of its own, put aside when it is long, bounded in all.
//!
//! *Owns* the file and its predecessors. *Overload*: lines that find no room are counted and gone; who logs never waits.
//! A disk that takes nothing costs lines too, and is tried again each second.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

/// Lines that wait for the disk, and bytes of them.
const WAITING_LINES: usize = 8 * 1024;
const WAITING_BYTES: usize = 8 * 1024 * 1024;
/// What is longer is cut: a line is to be read.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Lines are put together up to so many bytes for one write.
const WRITE_BYTES: usize = 64 * 1024;
/// Between two tries of a disk that takes nothing.
const TRY_AGAIN: Duration = Duration::from_secs(1);

enum Order {
    Line(Vec<u8>),
    /// Answer when everything before is written.
    Flush(SyncSender<()>),
}

/// How the file is.
#[derive(Debug)]
pub struct FileState {
    pub lines_lost: AtomicU64,
    pub is_writing: AtomicBool,
    waiting_bytes: AtomicUsize,
}

/// The way to the file. Clones share it.
#[derive(Clone)]
pub struct LogFile {
    orders: SyncSender<Order>,
    pub state: Arc<FileState>,
}

impl LogFile {
    /// Opens the file, behind what is in it. Fails when nothing can be written there.
    pub fn open(path: &Path, bytes_max: u64, files: usize) -> io::Result<Self> {
        let rotating = Rotating::open(path, bytes_max, files)?;
        let (orders, taken) = mpsc::sync_channel(WAITING_LINES);
        let state = Arc::new(FileState {
            lines_lost: AtomicU64::new(0),
            is_writing: AtomicBool::new(true),
            waiting_bytes: AtomicUsize::new(0),
        });
        let writer = Writer { file: rotating, state: state.clone(), failed_at: None };
        std::thread::Builder::new().name("log file".to_owned()).spawn(move || writer.run(&taken))?;
        Ok(Self { orders, state })
    }

    /// Waits until what was logged is written, though not for ever.
    pub fn flush(&self, patience: Duration) {
        let (written, done) = mpsc::sync_channel(1);
        let began = Instant::now();
        let mut order = Order::Flush(written);
        loop {
            match self.orders.try_send(order) {
                Ok(()) => break,
                Err(mpsc::TrySendError::Full(back)) if began.elapsed() < patience => {
                    order = back;
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(_) => return,
            }
        }
        // What does not come in time is not waited for.
        let _ = done.recv_timeout(patience.saturating_sub(began.elapsed()));
    }
}

impl Write for LogFile {
    /// A whole line at a time, as the log gives it. It is taken or lost, and never an error: the log would tell that, too.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut kept = line[..line.len().min(LINE_BYTES_MAX)].to_vec();
        if kept.len() < line.len()
            && let Some(last) = kept.last_mut()
        {
            *last = b'\n';
        }
        let length = kept.len();
        let has_room =
            self.state.waiting_bytes.fetch_add(length, Ordering::Relaxed) + length <= WAITING_BYTES;
        if !has_room || self.orders.try_send(Order::Line(kept)).is_err() {
            self.state.waiting_bytes.fetch_sub(length, Ordering::Relaxed);
            self.state.lines_lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Writer {
    file: Rotating,
    state: Arc<FileState>,
    failed_at: Option<Instant>,
}

impl Writer {
    fn run(mut self, orders: &Receiver<Order>) {
        let mut gathered = Vec::with_capacity(WRITE_BYTES);
        let mut lines = 0;
        loop {
            // With something gathered only what is here already is taken along.
            let wait = if gathered.is_empty() { Duration::from_secs(3_600) } else { Duration::ZERO };
            match orders.recv_timeout(wait) {
                Ok(Order::Line(line)) => {
                    self.state.waiting_bytes.fetch_sub(line.len(), Ordering::Relaxed);
                    gathered.extend_from_slice(&line);
                    lines += 1;
                    if gathered.len() < WRITE_BYTES {
                        continue;
                    }
                }
                Ok(Order::Flush(written)) => {
                    self.write(&mut gathered, &mut lines);
                    // Who waited may have gone.
                    let _ = written.try_send(());
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.write(&mut gathered, &mut lines),
            }
            self.write(&mut gathered, &mut lines);
        }
    }

    fn write(&mut self, gathered: &mut Vec<u8>, lines: &mut u64) {
        if gathered.is_empty() {
            return;
        }
        let is_waiting = self.failed_at.is_some_and(|at| at.elapsed() < TRY_AGAIN);
        let written = if is_waiting { None } else { Some(self.file.write(gathered)) };
        match written {
            Some(Ok(())) if self.failed_at.take().is_some() => {
                self.state.is_writing.store(true, Ordering::Relaxed);
                tracing::info!(file = %self.file.path.display(), "the log's file is written again");
            }
            Some(Ok(())) => {}
            Some(Err(error)) => {
                self.state.lines_lost.fetch_add(*lines, Ordering::Relaxed);
                if self.failed_at.replace(Instant::now()).is_none() {
                    self.state.is_writing.store(false, Ordering::Relaxed);
                    // For standard error; in the file it finds no place.
                    tracing::error!(file = %self.file.path.display(), %error, "the log's file cannot be written, its lines are lost");
                }
            }
            None => _ = self.state.lines_lost.fetch_add(*lines, Ordering::Relaxed),
        }
        gathered.clear();
        *lines = 0;
    }
}

/// A file and its predecessors: `log`, `log.1`, `log.2`.
struct Rotating {
    path: PathBuf,
    bytes_max: u64,
    files: usize,
    file: Option<File>,
    length: u64,
}

impl Rotating {
    fn open(path: &Path, bytes_max: u64, files: usize) -> io::Result<Self> {
        let mut rotating = Self { path: path.to_owned(), bytes_max, files, file: None, length: 0 };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        rotating.reopen()?;
        Ok(rotating)
    }

    fn reopen(&mut self) -> io::Result<()> {
        let file = File::options().append(true).create(true).open(&self.path)?;
        self.length = file.metadata()?.len();
        self.file = Some(file);
        Ok(())
    }

    fn place(&self, nth: usize) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        if nth > 0 {
            name.push(format!(".{nth}"));
        }
        name.into()
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.length > 0 && self.length + lines.len() as u64 > self.bytes_max {
            self.put_aside()?;
        }
        if self.file.is_none() {
            self.reopen()?;
        }
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        let written = file.write_all(lines);
        match &written {
            Ok(()) => self.length += lines.len() as u64,
            // How much of it is there nobody knows; it is looked at when it is opened again.
            Err(_) => self.file = None,
        }
        written
    }

    /// The oldest goes, and each of the others takes the next place.
    fn put_aside(&mut self) -> io::Result<()> {
        self.file = None;
        if self.files == 1 {
            File::create(&self.path)?;
            return self.reopen();
        }
        for nth in (0..self.files - 1).rev() {
            match fs::rename(self.place(nth), self.place(nth + 1)) {
                // There are not so many yet, or somebody has tidied up.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                moved => moved?,
            }
        }
        self.reopen()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_bounded_in_length_and_number() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs/log");
        let mut file = Rotating::open(&path, 100, 3).expect("a file");
        for nth in 0..50 {
            file.write(format!("line {nth:034}\n").as_bytes()).expect("written");
        }
        assert_eq!(names(path.parent().expect("a folder")), ["log", "log.1", "log.2"]);
        let read = |nth| fs::read_to_string(file.place(nth)).expect("a file");
        for nth in 0..3 {
            assert!(read(nth).len() <= 100 && read(nth).ends_with('\n'), "{nth}");
        }
        // Two lines a file, and nothing between them is missing.
        let all = [read(2), read(1), read(0)].concat();
        let numbers: Vec<u32> =
            all.lines().map(|line| line.trim_start_matches("line ").parse().expect("a number")).collect();
        assert_eq!(numbers, [44, 45, 46, 47, 48, 49]);
        // A line that is longer than a file has one for itself.
        file.write(&[b'x'; 300]).expect("written");
        file.write(b"next\n").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "next\n");
        // A restart goes on behind.
        let mut file = Rotating::open(&path, 100, 3).expect("a file");
        file.write(b"again\n").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "next\nagain\n");
    }

    #[test]
    fn one_file_begins_anew() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log");
        let mut file = Rotating::open(&path, 10, 1).expect("a file");
        for line in ["first\n", "second\n"] {
            file.write(line.as_bytes()).expect("written");
        }
        assert_eq!(
            (names(folder.path()), fs::read_to_string(&path).expect("a file")),
            (vec!["log".to_owned()], "second\n".to_owned())
        );
    }

    #[test]
    fn what_is_logged_is_there_after_a_flush() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log");
        let mut file = LogFile::open(&path, 1 << 20, 2).expect("a file");
        for nth in 0..1_000 {
            assert!(file.write(format!("{nth}\n").as_bytes()).is_ok());
        }
        let long = vec![b'x'; LINE_BYTES_MAX + 5];
        assert_eq!(file.write(&long).expect("taken"), long.len());
        LogFile::flush(&file, Duration::from_secs(20));
        let text = fs::read_to_string(&path).expect("a file");
        assert_eq!((text.lines().count(), text.len()), (1_001, 3_890 + LINE_BYTES_MAX));
        assert_eq!(file.state.lines_lost.load(Ordering::Relaxed), 0);
        assert_eq!(file.state.waiting_bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn lines_without_a_file_are_counted_and_it_is_found_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("logs/log");
        let file = Rotating::open(&path, 10, 2).expect("a file");
        let state = Arc::new(FileState {
            lines_lost: AtomicU64::new(0),
            is_writing: AtomicBool::new(true),
            waiting_bytes: AtomicUsize::new(0),
        });
        let mut writer = Writer { file, state: state.clone(), failed_at: None };
        let mut write = |text: &str, lines: u64| {
            let (mut gathered, mut count) = (text.as_bytes().to_vec(), lines);
            writer.write(&mut gathered, &mut count);
            assert!(gathered.is_empty() && count == 0);
            let told = (state.lines_lost.load(Ordering::Relaxed), state.is_writing.load(Ordering::Relaxed));
            writer.failed_at = writer.failed_at.and_then(|at| at.checked_sub(TRY_AGAIN));
            told
        };
        assert_eq!(write("123456789\n", 1), (0, true));
        // Where the next file is to be there is no folder any more.
        fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
        assert_eq!(write("a\nb\n", 2), (2, false));
        assert_eq!(write("c\n", 1), (3, false));
        fs::create_dir(path.parent().expect("a folder")).expect("made");
        assert_eq!(write("d\n", 1), (3, true));
        assert_eq!(fs::read_to_string(&path).expect("a file"), "d\n");
    }
}
