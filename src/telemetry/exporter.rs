//! Takes spans to a collector, in batches.
//!
//! *Owns* the queue's end and a thread. *Overload*: what the queue does not hold is lost where it is recorded, and counted.
//! A collector that is away, slow or unwilling costs spans and nothing else: a batch that was not taken is tried again
//! after a while, and the queue holds what fits meanwhile. The log hears of it once in a minute at most.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::Arbiter;
use marketd_actors::feed::tls_config;
use marketd_actors::traces::{Span, TraceCounters, TraceNo};
use tokio::sync::{mpsc, oneshot};

use super::otlp::{self, Resource};
use crate::config::Tracing;

/// More than any answer of a collector; it is read to be thrown away.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Waits between two tries: doubling from the first to the last.
const BACKOFF: std::ops::RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_secs(30);
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// A running exporter.
pub struct Exporter {
    arbiter: Arbiter,
    stop: oneshot::Sender<oneshot::Sender<()>>,
}

impl Exporter {
    /// Starts it on a thread of its own. Must run inside an actix system.
    pub fn start(config: &Tracing, spans: mpsc::Receiver<Span>, counters: Arc<TraceCounters>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let arbiter = Arbiter::new();
        let config = config.clone();
        // The client is made where it works: it stays on its thread.
        arbiter.spawn_fn(move || {
            let work = Work::new(&config, spans, counters);
            drop(actix_web::rt::spawn(work.run(stopped)));
        });
        Self { arbiter, stop }
    }

    /// Has what is recorded sent, though not longer than this.
    pub async fn stop(self, patience: Duration) {
        let (done, all_sent) = oneshot::channel();
        if self.stop.send(done).is_ok() && tokio::time::timeout(patience, all_sent).await.is_err() {
            tracing::info!("the collector of traces has not taken the last of them");
        }
        self.arbiter.stop();
    }
}

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Connection(String),
    #[error("no answer in time")]
    TimedOut,
    #[error("HTTP {0}")]
    Status(u16),
}

impl Failure {
    /// Whether the same may be taken later (the answers that OTLP names, and no answer).
    const fn may_pass(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::TimedOut | Self::Status(429 | 502 | 503 | 504))
    }
}

struct Work {
    client: awc::Client,
    url: String,
    resource: Resource,
    timeout: Duration,
    flush: Duration,
    batch_spans: usize,
    spans: mpsc::Receiver<Span>,
    counters: Arc<TraceCounters>,
    /// What leaves next, or was not taken.
    batch: Vec<Span>,
    backoff: Duration,
    told_at: Option<Instant>,
}

impl Work {
    fn new(config: &Tracing, spans: mpsc::Receiver<Span>, counters: Arc<TraceCounters>) -> Self {
        let connector = awc::Connector::new().rustls_0_23(Arc::new(tls_config())).timeout(config.timeout());
        let mut client =
            awc::Client::builder().connector(connector).timeout(config.timeout()).disable_redirects();
        for header in config.headers() {
            client = client.add_default_header(header);
        }
        Self {
            client: client.finish(),
            url: format!("{}/v1/traces", config.otlp_endpoint.trim_end_matches('/')),
            resource: Resource {
                service_name: config.service_name.clone(),
                version: env!("CARGO_PKG_VERSION"),
                instance: format!("{:016x}", TraceNo::fresh().0.low()),
            },
            timeout: config.timeout(),
            flush: config.flush(),
            batch_spans: config.batch_spans,
            spans,
            counters,
            batch: Vec::with_capacity(config.batch_spans),
            backoff: *BACKOFF.start(),
            told_at: None,
        }
    }

    async fn run(mut self, mut stopped: oneshot::Receiver<oneshot::Sender<()>>) {
        let done = loop {
            tokio::select! {
                done = &mut stopped => break done,
                () = self.step() => {}
            }
        };
        // A batch that was under way is sent again: a collector knows spans by their ids.
        self.spans.close();
        loop {
            self.gather_more();
            if self.batch.is_empty() || !self.send_batch().await {
                break;
            }
        }
        let left = self.batch.len() + self.spans.len();
        self.counters.spans_lost.fetch_add(left as u64, Ordering::Relaxed);
        if let Ok(done) = done {
            let _ = done.send(());
        }
    }

    /// Gathers a batch and sends it. What was gathered stays when this is given up in the middle.
    async fn step(&mut self) {
        if self.batch.is_empty() {
            let Some(first) = self.spans.recv().await else { return std::future::pending().await };
            self.batch.push(first);
            let until = tokio::time::Instant::now() + self.flush;
            while self.batch.len() < self.batch_spans {
                match tokio::time::timeout_at(until, self.spans.recv()).await {
                    Ok(Some(span)) => self.batch.push(span),
                    Ok(None) | Err(_) => break,
                }
            }
        }
        if self.send_batch().await {
            self.backoff = *BACKOFF.start();
        } else {
            tokio::time::sleep(self.backoff).await;
            self.backoff = (self.backoff * 2).min(*BACKOFF.end());
        }
    }

    /// Fills the batch with what is there already.
    fn gather_more(&mut self) {
        while self.batch.len() < self.batch_spans
            && let Ok(span) = self.spans.try_recv()
        {
            self.batch.push(span);
        }
    }

    /// `false` when it was not taken and may be later; then it is kept.
    async fn send_batch(&mut self) -> bool {
        let (count, counters) = (self.batch.len() as u64, &self.counters);
        let failure = match self.post().await {
            Ok(rejected) => {
                let rejected = rejected.min(count);
                counters.spans_exported.fetch_add(count - rejected, Ordering::Relaxed);
                counters.spans_lost.fetch_add(rejected, Ordering::Relaxed);
                self.batch.clear();
                return true;
            }
            Err(failure) => failure,
        };
        counters.exports_failed.fetch_add(1, Ordering::Relaxed);
        if self.told_at.is_none_or(|at| at.elapsed() >= TELL_AGAIN) {
            self.told_at = Some(Instant::now());
            let lost = counters.spans_lost.load(Ordering::Relaxed);
            tracing::warn!(url = self.url, error = %failure, lost, "the collector takes no traces");
        }
        if failure.may_pass() {
            return false;
        }
        // It would be refused again.
        counters.spans_lost.fetch_add(count, Ordering::Relaxed);
        self.batch.clear();
        true
    }

    /// How many spans of the batch the collector has refused.
    async fn post(&self) -> Result<u64, Failure> {
        let body = otlp::encode(&self.resource, &self.batch);
        let failed = |error: &dyn std::fmt::Display| Failure::Connection(error.to_string());
        let ask = async {
            let request = self.client.post(&self.url).content_type("application/x-protobuf");
            let mut response = request.send_body(body).await.map_err(|error| failed(&error))?;
            if !response.status().is_success() {
                return Err(Failure::Status(response.status().as_u16()));
            }
            // It has the spans, whatever else it says and however much.
            let answer = response.body().limit(ANSWER_BYTES_MAX).await.unwrap_or_default();
            Ok(otlp::rejected(&answer))
        };
        tokio::time::timeout(self.timeout, ask).await.unwrap_or(Err(Failure::TimedOut))
    }
}
