//! Logs.

use std::sync::OnceLock;

use parking_lot::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::reload::Handle;

use crate::config::{Log, LogFormat};

type Change = Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>;

/// The log that was installed, and what it lets through.
struct Installed {
    change: Change,
    filter: Mutex<String>,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Installs the log; `RUST_LOG` goes over the configured filter. A second call changes nothing, so
/// that tests may call it too.
pub fn install(log: &Log) {
    let named = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|filter| !filter.is_empty());
    let candidates = named.iter().chain([&log.filter]);
    let (filter, text) = candidates
        .filter_map(|text| EnvFilter::try_new(text).ok().map(|filter| (filter, text.clone())))
        .next()
        .unwrap_or_else(|| (EnvFilter::new("info"), "info".to_owned()));
    // Standard error: standard output belongs to what commands print.
    // When nobody reads it any more, the log is lost, not the server: reports of that would go there, too.
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    let (installed, change) = match log.format {
        LogFormat::Text => {
            let subscriber = subscriber.with_filter_reloading();
            let change = change_by(subscriber.reload_handle());
            (subscriber.try_init(), change)
        }
        LogFormat::Json => {
            let subscriber = subscriber.json().with_filter_reloading();
            let change = change_by(subscriber.reload_handle());
            (subscriber.try_init(), change)
        }
    };
    match installed {
        Ok(()) => _ = INSTALLED.set(Installed { change, filter: Mutex::new(text) }),
        Err(_) => tracing::debug!("a log is installed already"),
    }
}

fn change_by<S: 'static>(handle: Handle<EnvFilter, S>) -> Change {
    Box::new(move |filter| handle.reload(filter).map_err(|error| error.to_string()))
}

/// What the log lets through; `None` when it was not installed here.
pub fn filter() -> Option<String> {
    INSTALLED.get().map(|installed| installed.filter.lock().clone())
}

/// Lets something else through from now on.
pub fn set_filter(text: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(text).map_err(|error| format!("log.filter: {error}"))?;
    let installed = INSTALLED.get().ok_or("this process has no log of its own")?;
    (installed.change)(filter)?;
    text.clone_into(&mut installed.filter.lock());
    Ok(())
}
