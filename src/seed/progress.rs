//! How far it is, on a terminal; anywhere else nothing.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

pub struct Progress(ProgressBar);

impl Progress {
    /// Over so many bytes of files.
    pub fn over(bytes: u64) -> Self {
        // It draws to standard error, and only where that is a terminal.
        let bar = ProgressBar::new(bytes);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3}% {eta:>4} {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub fn begin(&self, file: &Path) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.0.set_message(name);
        self.0.tick();
    }

    /// Some of the present file is done.
    pub fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// It goes on, by how much is not known.
    pub fn tick(&self) {
        self.0.tick();
    }

    /// The file is done, of which `advance` may have told a part; the bar stands where all files so far end.
    pub fn end_file(&self, position: u64) {
        self.0.set_position(position);
    }

    /// Prints something that the bar must not be drawn over.
    pub fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
