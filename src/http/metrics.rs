//! `GET /metrics`, for Prometheus.
//!
//! The text is written by hand: what counts on the hot path are bare atomics (`actors::metrics`, `traffic`),
//! and what a market knows is read from the board when it is asked for, so a registry would only hold
//! copies of both.

mod actors;
mod exposition;
mod process;
mod sandbox;
mod store;

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::board::{Board, FeedState};
use marketd_actors::clock;
use marketd_actors::metrics::MetricKind;
use marketd_actors::peers::client_of;
use marketd_bus::{Bus, CallTimes, State};
use marketd_domain::{MarketStatus, Source, Timestamp};
use marketd_protocol::code::ErrorCode;

use super::Shared;
use super::reply::CallInfo;
use super::traffic::{BUCKETS_US, Traffic};
use exposition::{Exposition, Kind, Micros};
use process::Usage;

pub use sandbox::snapshot as sandbox_snapshot;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub async fn get_metrics(call: CallInfo, request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    if !shared.metrics_are_public && !is_of_this_machine(client_of(&request)) {
        return call
            .refuse(ErrorCode::NOT_FOUND, "metrics are for this machine only, see http.public_metrics");
    }
    let usage = web::block(Usage::read).await.unwrap_or_default();
    let mut text = Exposition::default();
    expose_server(&shared, &mut text);
    expose_markets(&shared.board, &mut text);
    expose_feeds(&shared.board, &mut text);
    actors::expose(&shared.board, &mut text);
    if let Some(storage) = &shared.storage {
        store::expose(storage, &mut text);
    }
    expose_bus(&*shared.bus, &mut text);
    if let Some(held) = &shared.sandbox {
        sandbox::expose(held, &mut text);
    }
    expose_traffic(&shared.traffic, &mut text);
    usage.expose(&mut text);
    call.marked(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text.into_text()))
}

/// Whom we do not know is somebody else.
fn is_of_this_machine(client: Option<IpAddr>) -> bool {
    client.is_some_and(|client| client.to_canonical().is_loopback())
}

fn expose_server(shared: &Shared, text: &mut Exposition) {
    text.family("build_info", Kind::Gauge, "Always 1; the version is in the label.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.family("uptime_seconds", Kind::Gauge, "Time since the start.")
        .sample(&[], shared.started.elapsed().as_secs_f64());
    text.family("ready", Kind::Gauge, "1 when all can be served, as `/readyz` says.")
        .sample(&[], u8::from(shared.is_ready()));
    text.family("hubs", Kind::Gauge, "HTTP workers with a hub.").sample(&[], shared.board.hubs().len());
    for metric in shared.board.metrics.describe() {
        let kind = match metric.kind {
            MetricKind::Counter => Kind::Counter,
            MetricKind::Gauge => Kind::Gauge,
        };
        text.family(&metric.exposed_name(), kind, metric.help.trim()).sample(&[], metric.value);
    }
}

/// What is read of a market under one lock.
struct MarketSample {
    id: String,
    source: Source,
    status: MarketStatus,
    since: Timestamp,
    /// Time since the last message of the book, where it has one by this server's clock.
    age_us: Option<i64>,
    levels: [usize; 2],
    counters: [u64; COUNTERS.len()],
}

/// Name and meaning of a market's counters.
const COUNTERS: [(&str, &str); 9] = [
    ("snapshots", "Snapshots taken from the venue."),
    ("depth_updates", "Depth updates applied."),
    ("trades", "Trades taken in."),
    ("duplicates", "Messages passed over because they had been applied."),
    ("gaps", "Holes in the venue's sequence."),
    ("resyncs", "Recoveries by a new snapshot."),
    ("checksums_ok", "Checksums of the venue that the book had."),
    ("checksums_bad", "Checksums of the venue that the book did not have."),
    ("crossed", "Times the book was crossed and held back."),
];

fn sample_markets(board: &Board) -> Vec<MarketSample> {
    let now = clock::now();
    let sample = |entry: &std::sync::Arc<marketd_actors::board::MarketEntry>| {
        let state = entry.state().read();
        let (status, counters) = (state.shown_status(), state.counters());
        let (_, ts_recv) = state.book_times();
        let has_age = entry.source != Source::Replay && counters.snapshots > 0;
        MarketSample {
            id: entry.id.as_str().to_owned(),
            source: entry.source,
            status: status.status,
            since: status.since,
            age_us: has_age.then(|| now.nanos_since(ts_recv) / 1_000),
            levels: [state.book().bids().iter().count(), state.book().asks().iter().count()],
            counters: [
                counters.snapshots,
                counters.depth_updates,
                counters.trades,
                counters.duplicates,
                counters.gaps,
                counters.resyncs,
                counters.checksums_ok,
                counters.checksums_bad,
                counters.crossed,
            ],
        }
    };
    board.markets().iter().map(sample).collect()
}

fn expose_markets(board: &Board, text: &mut Exposition) {
    let markets = sample_markets(board);
    text.family("market_info", Kind::Gauge, "Always 1; venue and source are in the labels.");
    for market in &markets {
        let venue = market.id.split(':').next().unwrap_or_default();
        text.sample(&[("market", &market.id), ("venue", venue), ("source", market.source.as_str())], 1);
    }
    text.family("market_status", Kind::Gauge, "1 for the status that the market has.");
    for market in &markets {
        for status in MarketStatus::ALL {
            let labels = [("market", market.id.as_str()), ("status", status.as_str())];
            text.sample(&labels, u8::from(status == market.status));
        }
    }
    let now = clock::now();
    text.family("market_stale_seconds", Kind::Gauge, "How long the market has not been live; 0 while it is.");
    for market in &markets {
        let stale_us = match market.status {
            MarketStatus::Live => 0,
            _ => (now.nanos_since(market.since) / 1_000).max(0),
        };
        text.sample(&[("market", &market.id)], Micros(stale_us));
    }
    let help = "Time since the last message of the book; not for replays, whose times are the recording's.";
    text.family("market_age_seconds", Kind::Gauge, help);
    for market in &markets {
        if let Some(age_us) = market.age_us {
            text.sample(&[("market", &market.id)], Micros(age_us));
        }
    }
    text.family("market_levels", Kind::Gauge, "Levels in the book.");
    for market in &markets {
        for (side, levels) in ["bid", "ask"].into_iter().zip(market.levels) {
            text.sample(&[("market", &market.id), ("side", side)], levels);
        }
    }
    expose_published(board, text);
    for (at, (name, help)) in COUNTERS.into_iter().enumerate() {
        text.family(&format!("market_{name}_total"), Kind::Counter, help);
        for market in &markets {
            text.sample(&[("market", &market.id)], market.counters[at]);
        }
    }
}

fn expose_published(board: &Board, text: &mut Exposition) {
    let markets = board.markets();
    let dated: Vec<_> = markets.iter().filter(|market| market.source != Source::Replay).collect();
    let help = "How old a change of the book was when it left for the clients, by the venue's clock.";
    text.family("market_venue_to_publish_seconds", Kind::Histogram, help);
    for market in &dated {
        text.times(&[("market", market.id.as_str())], &market.published.venue.read());
    }
    let help = "From the receipt of a change of the book until it left for the clients.";
    text.family("market_receive_to_publish_seconds", Kind::Histogram, help);
    for market in &dated {
        text.times(&[("market", market.id.as_str())], &market.published.received.read());
    }
}

fn expose_feeds(board: &Board, text: &mut Exposition) {
    let feeds: Vec<_> = board.feeds.iter().map(|feed| (feed.key().clone(), feed.value().clone())).collect();
    text.family("feed_state", Kind::Gauge, "1 for the state that the feed is in.");
    for (name, feed) in &feeds {
        for state in FeedState::ALL {
            let labels = [("feed", name.as_str()), ("state", state.as_str())];
            text.sample(&labels, u8::from(state == feed.state));
        }
    }
    text.family("feed_messages_total", Kind::Counter, "Messages from the venue.");
    for (name, feed) in &feeds {
        text.sample(&[("feed", name)], feed.messages);
    }
    text.family("feed_malformed_messages_total", Kind::Counter, "Messages that could not be read.");
    for (name, feed) in &feeds {
        text.sample(&[("feed", name)], feed.malformed);
    }
    text.family("feed_connections_lost_total", Kind::Counter, "Times the feed had to connect again.");
    for (name, feed) in &feeds {
        text.sample(&[("feed", name)], feed.reconnects);
    }
}

fn expose_bus(bus: &dyn Bus, text: &mut Exposition) {
    let report = bus.report();
    text.family("bus_up", Kind::Gauge, "1 while the bus is there; memory always is.")
        .sample(&[("backend", report.backend)], u8::from(report.state == State::Up));
    for (name, help, value) in bus.metrics().describe() {
        text.family(&format!("{name}_total"), Kind::Counter, help).sample(&[], value);
    }
    let CallTimes { within_us, calls, total_us } = bus.metrics().call_times();
    text.family("bus_call_duration_seconds", Kind::Histogram, "How long Redis took to answer a call.");
    for (bound_us, count) in within_us {
        let bound = (bound_us as f64 / 1e6).to_string();
        text.suffixed("_bucket", &[("le", &bound)], count);
    }
    text.suffixed("_bucket", &[("le", "+Inf")], calls);
    text.suffixed("_sum", &[], total_us as f64 / 1e6);
    text.suffixed("_count", &[], calls);
}

fn expose_traffic(traffic: &Traffic, text: &mut Exposition) {
    let routes = traffic.totals();
    let help = "Requests answered, by the route's template; status 0 is one that is rare.";
    text.family("http_requests_total", Kind::Counter, help);
    for route in &routes {
        for (method, status, count) in &route.answers {
            let status = status.to_string();
            text.sample(&[("route", &route.template), ("method", method), ("status", &status)], count);
        }
    }
    let help = "From a request's head to the head of its answer.";
    text.family("http_request_duration_seconds", Kind::Histogram, help);
    for route in &routes {
        let mut total = 0;
        for (bound, count) in BUCKETS_US.iter().zip(route.buckets) {
            total += count;
            let bound = (*bound as f64 / 1e6).to_string();
            text.suffixed("_bucket", &[("route", &route.template), ("le", &bound)], total);
        }
        total += route.buckets[BUCKETS_US.len()];
        let labels = [("route", route.template.as_str())];
        text.suffixed("_bucket", &[labels[0], ("le", "+Inf")], total);
        text.suffixed("_sum", &labels, route.sum_ns as f64 / 1e9);
        text.suffixed("_count", &labels, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_of_this_machine() {
        let check = |peer: &str, expected: bool| {
            assert_eq!(is_of_this_machine(Some(peer.parse().expect("an address"))), expected, "{peer}");
        };
        check("127.0.0.1", true);
        check("127.8.8.8", true);
        check("::1", true);
        check("::ffff:127.0.0.1", true);
        check("::ffff:10.0.0.1", false);
        check("192.168.1.2", false);
        check("fe80::1", false);
        assert!(!is_of_this_machine(None));
    }
}
