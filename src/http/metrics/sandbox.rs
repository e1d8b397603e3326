//! The sandbox in the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use marketd_actors::sandbox::SandboxCounters;

use super::exposition::{Exposition, Kind, Micros};
use crate::sandbox::Sandbox;

pub fn expose(sandbox: &Sandbox, text: &mut Exposition) {
    let (state, counters) = (sandbox.gate.state(), &sandbox.counters);
    text.family("sandbox_state", Kind::Gauge, "1 for the state that the sandbox is in.");
    for known in marketd_actors::sandbox::SandboxState::ALL {
        text.sample(&[("state", known.as_str())], u8::from(known == state));
    }
    for (name, kind, help, counter) in families(counters) {
        let suffix = if kind == Kind::Counter { "_total" } else { "" };
        text.family(&format!("{name}{suffix}"), kind, help).sample(&[], read(counter));
    }
    text.family("sandbox_commit_seconds_total", Kind::Counter, "Time that commits took, all together.")
        .sample(&[], Micros(read(&counters.commit_us).cast_signed()));
    text.family("sandbox_commit_seconds_max", Kind::Gauge, "The slowest of the last commits, 64 at most.")
        .sample(&[], Micros(read(&counters.commit_us_max).cast_signed()));
    text.family("sandbox_refusals_total", Kind::Counter, "Requests refused, by code.");
    let mut refusals: Vec<(&str, u64)> =
        counters.refusals.iter().map(|entry| (*entry.key(), *entry.value())).collect();
    refusals.sort_unstable();
    for (code, count) in refusals {
        text.sample(&[("code", code)], count);
    }
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// The same by name, as `/system/info` tells them.
pub fn snapshot(counters: &SandboxCounters) -> impl Iterator<Item = (&'static str, u64)> {
    let commits = [
        ("sandbox_commit_us", read(&counters.commit_us)),
        ("sandbox_commit_us_max", read(&counters.commit_us_max)),
        ("sandbox_refusals", counters.refusals.iter().map(|entry| *entry.value()).sum()),
    ];
    families(counters).into_iter().map(|(name, _, _, counter)| (name, read(counter))).chain(commits)
}

type Family<'a> = (&'static str, Kind, &'static str, &'a AtomicU64);

fn families(counters: &SandboxCounters) -> [Family<'_>; 12] {
    [
        ("sandbox_orders_accepted", Kind::Counter, "Orders accepted.", &counters.orders_accepted),
        (
            "sandbox_orders_ended",
            Kind::Counter,
            "Orders that ended otherwise than filled.",
            &counters.orders_ended,
        ),
        (
            "sandbox_orders_rejected",
            Kind::Counter,
            "Orders accepted, and refused when they came to the market.",
            &counters.orders_rejected,
        ),
        ("sandbox_fills", Kind::Counter, "Fills.", &counters.fills),
        ("sandbox_commits", Kind::Counter, "Commits of the journal.", &counters.commits),
        (
            "sandbox_commits_failed",
            Kind::Counter,
            "Commits that the store did not take, and that were tried again.",
            &counters.commits_failed,
        ),
        (
            "sandbox_events_committed",
            Kind::Counter,
            "Events written to the journal.",
            &counters.events_committed,
        ),
        (
            "sandbox_answers_replayed",
            Kind::Counter,
            "Requests that had been carried out before, and were answered as then.",
            &counters.answers_replayed,
        ),
        ("sandbox_backlog", Kind::Gauge, "Events that wait for the store.", &counters.backlog),
        ("sandbox_open_orders", Kind::Gauge, "Orders that are open.", &counters.open_orders),
        (
            "sandbox_markets_followed",
            Kind::Gauge,
            "Markets with somebody's orders.",
            &counters.markets_followed,
        ),
        ("sandbox_seq", Kind::Gauge, "Number of the last event.", &counters.seq),
    ]
}
