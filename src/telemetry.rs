//! Logs, and traces on their way to a collector.

#[cfg(feature = "otlp")]
pub mod exporter;
mod file;
mod line;
#[cfg(feature = "otlp")]
mod otlp;
mod quiet;

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::Mutex;
use tracing_subscriber::fmt::format::{DefaultFields, Format, JsonFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::{Log, LogFormat};
use file::LogFile;
use line::Line;
use quiet::ClientFaults;

pub use file::FileState;

/// How long the end of the process waits for the log's file.
const LAST_LINES: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("log.file: cannot write {}: {reason}", .path.display())]
    File { path: std::path::PathBuf, reason: std::io::Error },
}

/// The log that was installed, and what it lets through.
struct Installed {
    change: Handle<EnvFilter, Registry>,
    filter: Mutex<String>,
    file: Option<LogFile>,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Installs the log. A second call changes nothing, so that tests may call it too.
pub fn install(log: &Log) -> Result<(), LogError> {
    if INSTALLED.get().is_some() {
        return Ok(());
    }
    let text = log.filter.clone();
    // Checked when the configuration was read.
    let filter = EnvFilter::try_new(&text).unwrap_or_else(|_| EnvFilter::new("info"));
    let file = if log.file.as_os_str().is_empty() {
        None
    } else {
        let opened = LogFile::open(&log.file, log.file_bytes(), log.files);
        Some(opened.map_err(|reason| LogError::File { path: log.file.clone(), reason })?)
    };
    let (filter, change) = reload::Layer::new(filter);
    // Standard error: standard output belongs to what commands print.
    let is_painted =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let shown = written(log.format, is_painted, std::io::stderr);
    let kept = file.clone().map(|file| written(log.format, false, move || file.clone()));
    let installed =
        tracing_subscriber::registry().with(filter).with(ClientFaults).with(shown).with(kept).try_init();
    match installed {
        Ok(()) => _ = INSTALLED.set(Installed { change, filter: Mutex::new(text), file }),
        Err(_) => tracing::debug!("a log is installed already"),
    }
    Ok(())
}

/// Lines of this format to there. When nobody reads them any more, the log is lost, not the server: reports of that would
/// go there, too.
fn written<S, W>(format: LogFormat, is_painted: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'a> fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = fmt::layer().log_internal_errors(false).with_writer(writer);
    match format {
        LogFormat::Text => {
            let inner = Format::default().with_ansi(is_painted);
            layer.event_format(Line { inner, format, is_painted }).fmt_fields(DefaultFields::new()).boxed()
        }
        LogFormat::Json => {
            let inner = Format::default().json();
            layer
                .event_format(Line { inner, format, is_painted: false })
                .fmt_fields(JsonFields::new())
                .boxed()
        }
    }
}

/// What the log lets through; `None` when it was not installed here.
pub fn filter() -> Option<String> {
    INSTALLED.get().map(|installed| installed.filter.lock().clone())
}

/// Lets something else through from now on.
pub fn set_filter(text: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(text).map_err(|error| format!("log.filter: {error}"))?;
    let installed = INSTALLED.get().ok_or("this process has no log of its own")?;
    installed.change.reload(filter).map_err(|error| error.to_string())?;
    text.clone_into(&mut installed.filter.lock());
    Ok(())
}

/// How the log's file is, where there is one.
pub fn file_state() -> Option<&'static FileState> {
    INSTALLED.get().and_then(|installed| installed.file.as_ref()).map(|file| &*file.state)
}

/// Has what was logged written, before the process ends.
pub fn flush() {
    if let Some(file) = INSTALLED.get().and_then(|installed| installed.file.as_ref()) {
        LogFile::flush(file, LAST_LINES);
    }
}
