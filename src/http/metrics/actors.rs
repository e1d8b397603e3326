//! Actors, traces and the log, in the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use marketd_actors::board::Board;

use super::exposition::{Exposition, Kind};
use crate::telemetry;

pub fn expose(board: &Board, text: &mut Exposition) {
    text.family("actor_mailbox_messages", Kind::Gauge, "Messages that wait for an actor.");
    for market in board.markets() {
        text.sample(&[("actor", "market"), ("name", market.id.as_str())], market.queue.depth());
    }
    let hubs = board.hub_places();
    for (no, hub) in hubs.iter().enumerate() {
        text.sample(&[("actor", "hub"), ("name", &no.to_string())], hub.inbox.len());
    }
    if let Some(gate) = board.sandbox() {
        text.sample(&[("actor", "sandbox"), ("name", "")], gate.queue.depth());
    }
    let help =
        "How long a hub takes to write to all sessions that have something pending; 0 while it has time.";
    text.family("hub_round_seconds", Kind::Gauge, help);
    for (no, hub) in hubs.iter().enumerate() {
        text.sample(&[("hub", &no.to_string())], hub.pace.round().as_secs_f64());
    }
    let help = "How late a thread of actors came to what was due, at worst in the last ten seconds.";
    text.family("arbiter_lag_seconds", Kind::Gauge, help);
    for lag in board.lags.all() {
        text.sample(&[("arbiter", lag.name())], lag.worst().as_secs_f64());
    }
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let counters = &board.traces.counters;
    for (name, help, counter) in [
        ("traces_total", "Requests and messages of venues that are traced.", &counters.begun),
        ("trace_spans_exported_total", "Spans that the collector took.", &counters.spans_exported),
        (
            "trace_spans_lost_total",
            "Spans that had no room, or that the collector refused.",
            &counters.spans_lost,
        ),
        (
            "trace_exports_failed_total",
            "Batches of spans that the collector did not take.",
            &counters.exports_failed,
        ),
    ] {
        text.family(name, Kind::Counter, help).sample(&[], read(counter));
    }
    let file = telemetry::file_state();
    let lost = file.map_or(0, |file| read(&file.lines_lost));
    text.family("log_lines_lost_total", Kind::Counter, "Lines that are not in the log's file.")
        .sample(&[], lost);
    let is_writing = file.is_none_or(|file| file.is_writing.load(Ordering::Relaxed));
    text.family("log_file_up", Kind::Gauge, "0 while the log's file cannot be written.")
        .sample(&[], u8::from(is_writing));
}
