//! Stopping: readiness off, feeds, sessions, HTTP, rows, actors; each step with its deadline.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use marketd_actors::hub::{AbortSessions, CloseSessions};
use marketd_actors::keeper::StandDown;
use marketd_actors::market::Retire;

use crate::app::Server;
use crate::feeds;
use crate::telemetry;

/// Waits for SIGTERM or SIGINT.
pub async fn asked_to_stop() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = tokio::signal::ctrl_c() => "SIGINT",
            };
        }
    }
    // Without a handler for the other signal this one still works.
    let _ = tokio::signal::ctrl_c().await;
    "SIGINT"
}

/// A second signal ends the process at once.
fn exit_on_second_signal() {
    actix_web::rt::spawn(async {
        let signal = asked_to_stop().await;
        tracing::warn!(signal, "asked again, exiting at once");
        telemetry::flush();
        std::process::exit(130);
    });
}

/// Stops everything and returns when it is done, or when the deadline has passed.
pub async fn stop(server: Server) {
    exit_on_second_signal();
    let deadline = Duration::from_millis(server.shutdown.deadline_ms);
    if tokio::time::timeout(deadline, steps(&server)).await.is_err() {
        tracing::warn!("the deadline for stopping has passed, leaving the rest");
    }
    server.stop_arbiters();
}

#[allow(clippy::disallowed_methods, reason = "control messages, once each")]
async fn steps(server: &Server) {
    server.board.draining.store(true, Ordering::Release);
    server.keeper.do_send(StandDown);
    feeds::stop(&server.feeds);
    if let Some(storage) = &server.storage {
        storage.stop_listening();
    }
    let began = Instant::now();
    let open = || server.board.metrics.sessions_open.load(Ordering::Relaxed);
    // Counted first: those who are told may be gone at once.
    let told = open();
    for hub in server.board.hubs() {
        hub.do_send(CloseSessions);
    }
    let patience = Duration::from_millis(server.shutdown.sessions_ms);
    while open() > 0 && began.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut aborted = 0;
    if open() > 0 {
        for hub in server.board.hubs() {
            aborted += hub.send(AbortSessions).await.unwrap_or(0);
        }
    }
    tracing::info!(told, aborted, took_ms = began.elapsed().as_millis() as u64, "sessions closed");
    server.handle.stop(true).await;
    last_updates(server).await;
    if let Some(sandbox) = &server.sandbox {
        sandbox.stop(LAST_EVENTS).await;
    }
    if !server.auth.audit.drained(LAST_AUDIT).await {
        tracing::error!(
            rows = server.auth.audit.waiting(),
            "audit rows are lost: the store does not take them"
        );
    }
    if let Some(storage) = &server.storage {
        storage.flush(Duration::from_millis(server.shutdown.flush_ms)).await;
        if tokio::time::timeout(LAST_CONNECTIONS, storage.close()).await.is_err() {
            tracing::warn!("the store does not let go of its connections");
        }
    }
    #[cfg(feature = "otlp")]
    {
        let exporter = server.exporter.lock().take();
        if let Some(exporter) = exporter {
            exporter.stop(LAST_SPANS).await;
        }
    }
    tracing::info!("stopped");
}

/// Feeds that were told to end may still bring what they had received: a moment is enough for that.
const LAST_UPDATES: Duration = Duration::from_millis(500);
/// The sandbox commits what has gathered, and keeps its state.
const LAST_EVENTS: Duration = Duration::from_secs(2);
/// A market answers when it has applied all of it.
const LAST_ROWS: Duration = Duration::from_millis(1_000);
const LAST_AUDIT: Duration = Duration::from_millis(1_000);
const LAST_CONNECTIONS: Duration = Duration::from_millis(500);
/// A collector that is there takes them in some milliseconds.
#[cfg(feature = "otlp")]
const LAST_SPANS: Duration = Duration::from_millis(1_000);

/// Has the markets apply what feeds still had, and hand over the last of their rows.
async fn last_updates(server: &Server) {
    let began = Instant::now();
    while !feeds::have_ended(&server.feeds) && began.elapsed() < LAST_UPDATES {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let retired = async {
        for market in server.board.markets() {
            if let Some(actor) = market.actor() {
                // One that has died has handed over what it had.
                let _ = actor.send(Retire).await;
            }
        }
    };
    if tokio::time::timeout(LAST_ROWS, retired).await.is_err() {
        tracing::warn!("not all markets have handed over their last rows");
    }
}
