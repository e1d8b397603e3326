//! Logs.

use crate::config::{Log, LogFormat};

/// Installs the log; `RUST_LOG` goes over the configured filter. A second call changes nothing, so
/// that tests may call it too.
pub fn install(log: &Log) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .or_else(|_| tracing_subscriber::EnvFilter::try_new(&log.filter))
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Standard error: standard output belongs to what commands print.
    // When nobody reads it any more, the log is lost, not the server: reports of that would go there, too.
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    let installed = match log.format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    if installed.is_err() {
        tracing::debug!("a log is installed already");
    }
}
