//! The store and what writes to it, in the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use marketd_actors::metrics::FamilyMetrics;
use marketd_actors::storage::{Storage, StoreState};
use marketd_store::Family;

use super::exposition::{Exposition, Kind};

type Pick = fn(&FamilyMetrics) -> &AtomicU64;

const FAMILIES: [(&str, Kind, &str, Pick); 9] = [
    (
        "store_rows_written_total",
        Kind::Counter,
        "Rows new in the store, or better than what was there.",
        |of| &of.rows_written,
    ),
    ("store_rows_known_total", Kind::Counter, "Rows that the store had already.", |of| &of.rows_known),
    ("store_rows_spooled_total", Kind::Counter, "Rows put into the spool, also as copies.", |of| {
        &of.rows_spooled
    }),
    ("store_rows_refused_total", Kind::Counter, "Rows that the store refused.", |of| &of.rows_refused),
    ("store_rows_lost_total", Kind::Counter, "Rows that had no place anywhere; each is in a gap.", |of| {
        &of.rows_lost
    }),
    ("store_batches_total", Kind::Counter, "Writes to the store.", |of| &of.batches),
    ("store_batch_rows_total", Kind::Counter, "Rows in these writes.", |of| &of.rows_in_batches),
    ("store_last_batch_rows", Kind::Gauge, "Rows in the last write.", |of| &of.last_batch_rows),
    ("store_write_seconds_total", Kind::Counter, "Time that writes took, all together.", |of| &of.write_us),
];

pub fn expose(storage: &Storage, text: &mut Exposition) {
    let (report, metrics) = (storage.report(), &storage.metrics);
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    text.family("store_state", Kind::Gauge, "1 for the state that the store is in, as `/health` says.");
    for known in [StoreState::Ok, StoreState::Degraded, StoreState::Away] {
        let labels = [("backend", report.backend), ("state", known.as_str())];
        text.sample(&labels, u8::from(known == report.state));
    }
    for (name, kind, help, pick) in FAMILIES {
        text.family(name, kind, help);
        for family in Family::ALL {
            let labels = [("family", family.as_str())];
            let value = read(pick(metrics.family(family)));
            if name.contains("seconds") {
                text.sample(&labels, value as f64 / 1e6);
            } else {
                text.sample(&labels, value);
            }
        }
    }
    text.family("store_write_duration_seconds", Kind::Histogram, "How long a write took.");
    for family in Family::ALL {
        text.times(&[("family", family.as_str())], &metrics.family(family).write_times.read());
    }
    text.family(
        "store_lag_seconds",
        Kind::Gauge,
        "How long the oldest row in memory has waited for the store.",
    );
    for writer in &report.writers {
        text.sample(&[("family", writer.family.as_str())], writer.lag_ms as f64 / 1e3);
    }
    for (name, kind, help, value) in [
        ("store_outages_total", Kind::Counter, "How often the store went away.", read(&metrics.outages)),
        ("store_errors_total", Kind::Counter, "Calls of the store that failed.", read(&metrics.errors)),
        ("spool_rows", Kind::Gauge, "Rows that wait in the spool.", report.spooled_rows),
        ("spool_bytes", Kind::Gauge, "Bytes of the spool's file that hold something.", report.spool_bytes),
        (
            "spool_drained_rows_total",
            Kind::Counter,
            "Rows taken from the spool to the store.",
            read(&metrics.drained_rows),
        ),
        (
            "spool_damaged_rows_total",
            Kind::Counter,
            "Rows of the spool that could not be read back.",
            read(&metrics.damaged_rows),
        ),
    ] {
        text.family(name, kind, help).sample(&[], value);
    }
}
