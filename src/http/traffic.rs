//! Requests, counted by route, method and status, with how long they took; and what each is called, in the log and in traces.
//!
//! Each worker counts in numbers that only it writes to, so counting contends with nobody; `/metrics` adds
//! them up. A route is known by its template: what callers put into paths makes no new numbers.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpMessage, HttpRequest};
use marketd_actors::board::Board;
use marketd_actors::traces::{Carried, OpenSpan, enter};
use parking_lot::Mutex;
use pin_project_lite::pin_project;

use super::trace;

/// Routes beyond these count as unmatched; there are some dozens.
const ROUTES_MAX: usize = 256;
/// What matches no route.
const UNMATCHED: &str = "unmatched";
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "other"];
/// What is answered, the frequent ones first; all others are counted as 0.
const STATUSES: [u16; 20] =
    [200, 304, 404, 101, 400, 503, 405, 429, 201, 202, 204, 401, 403, 408, 409, 413, 422, 500, 504, 0];
/// Upper bounds of the buckets, in microseconds.
pub const BUCKETS_US: [u64; 14] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// The templates of all routes; the first stands for what matches none.
static TEMPLATES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Number of a route; resources carry it.
#[derive(Debug, Clone, Copy)]
pub struct RouteNo(usize);

impl RouteNo {
    /// The number of this template, on every worker the same.
    pub fn of(template: &str) -> Self {
        let mut templates = TEMPLATES.lock();
        if templates.is_empty() {
            templates.push(UNMATCHED.to_owned());
        }
        if let Some(at) = templates.iter().position(|held| held == template) {
            return Self(at);
        }
        if templates.len() == ROUTES_MAX {
            return Self(0);
        }
        templates.push(template.to_owned());
        Self(templates.len() - 1)
    }
}

impl RouteNo {
    /// The route of a request that was answered: its resource's, or that of whoever answered in its place.
    pub fn of_request(request: &HttpRequest) -> Option<Self> {
        request.app_data::<Self>().copied().or_else(|| request.extensions().get::<Self>().copied())
    }

    pub fn template(self) -> String {
        TEMPLATES.lock().get(self.0).cloned().unwrap_or_default()
    }
}

/// The templates of all routes that are served.
pub fn templates() -> Vec<String> {
    TEMPLATES.lock().iter().skip(1).cloned().collect()
}

/// What one route answered.
#[derive(Debug)]
struct RouteCounts {
    answers: [[AtomicU64; STATUSES.len()]; METHODS.len()],
    buckets: [AtomicU64; BUCKETS_US.len() + 1],
    sum_ns: AtomicU64,
}

impl Default for RouteCounts {
    fn default() -> Self {
        Self {
            answers: std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0))),
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
            sum_ns: AtomicU64::new(0),
        }
    }
}

/// Only one thread writes, so this loses nothing and locks no bus.
fn add(counter: &AtomicU64, count: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(count), Ordering::Relaxed);
}

/// What one worker answered. Written by that worker alone.
#[derive(Debug)]
struct WorkerCounts {
    routes: [OnceLock<Box<RouteCounts>>; ROUTES_MAX],
}

impl WorkerCounts {
    fn count(&self, route: RouteNo, method: usize, status: StatusCode, took_ns: u64) {
        let counts = self.routes[route.0].get_or_init(Box::default);
        let status = STATUSES.iter().position(|held| *held == status.as_u16()).unwrap_or(STATUSES.len() - 1);
        add(&counts.answers[method][status], 1);
        let bucket = BUCKETS_US.partition_point(|bound| bound * 1_000 < took_ns);
        add(&counts.buckets[bucket], 1);
        add(&counts.sum_ns, took_ns);
    }
}

/// The requests of all workers. One per server.
#[derive(Debug, Default)]
pub struct Traffic {
    workers: Mutex<Vec<Arc<WorkerCounts>>>,
}

/// What a route answered, over all workers.
#[derive(Debug)]
pub struct RouteTotals {
    pub template: String,
    /// Method, status, number.
    pub answers: Vec<(&'static str, u16, u64)>,
    /// Per bucket, not cumulated; the last is for what took longer.
    pub buckets: [u64; BUCKETS_US.len() + 1],
    pub sum_ns: u64,
}

impl Traffic {
    /// What counts one worker's requests.
    pub fn worker(&self, board: &Arc<Board>) -> Counting {
        Counting { counts: self.counts(), board: board.clone() }
    }

    fn counts(&self) -> Arc<WorkerCounts> {
        let counts = Arc::new(WorkerCounts { routes: std::array::from_fn(|_| OnceLock::new()) });
        self.workers.lock().push(counts.clone());
        counts
    }

    /// Routes that have answered, with what they have.
    pub fn totals(&self) -> Vec<RouteTotals> {
        let templates = TEMPLATES.lock().clone();
        let workers = self.workers.lock().clone();
        templates
            .into_iter()
            .enumerate()
            .filter_map(|(at, template)| totals_of(&workers, at, template))
            .collect()
    }
}

fn totals_of(workers: &[Arc<WorkerCounts>], at: usize, template: String) -> Option<RouteTotals> {
    let counts: Vec<&RouteCounts> =
        workers.iter().filter_map(|worker| worker.routes[at].get()).map(|counts| &**counts).collect();
    if counts.is_empty() {
        return None;
    }
    let sum = |pick: &dyn Fn(&RouteCounts) -> &AtomicU64| -> u64 {
        counts.iter().map(|counts| pick(counts).load(Ordering::Relaxed)).sum()
    };
    let mut answers = Vec::new();
    for (m, method) in METHODS.into_iter().enumerate() {
        for (s, status) in STATUSES.into_iter().enumerate() {
            let count = sum(&|counts| &counts.answers[m][s]);
            if count > 0 {
                answers.push((method, status, count));
            }
        }
    }
    let buckets = std::array::from_fn(|bucket| sum(&|counts| &counts.buckets[bucket]));
    Some(RouteTotals { template, answers, buckets, sum_ns: sum(&|counts| &counts.sum_ns) })
}

fn method_index(method: &Method) -> usize {
    METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1)
}

/// Counts the requests of one worker.
pub struct Counting {
    counts: Arc<WorkerCounts>,
    board: Arc<Board>,
}

impl<S, B> Transform<S, ServiceRequest> for Counting
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = CountingService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(CountingService { service, counts: self.counts.clone(), board: self.board.clone() }))
    }
}

pub struct CountingService<S> {
    service: S,
    counts: Arc<WorkerCounts>,
    board: Arc<Board>,
}

impl<S, B> Service<ServiceRequest> for CountingService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Counted<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let method = method_index(request.method());
        let started = Instant::now();
        let (mut context, span) = trace::begin(&self.board.traces, request.request());
        let answer = {
            let _entered = enter(&mut context);
            self.service.call(request)
        };
        Counted { answer: Carried::new(context, answer), counts: self.counts.clone(), method, started, span }
    }
}

pin_project! {
    /// An answer on its way, counted when it is there. What is streamed after its head is not waited for.
    pub struct Counted<F> {
        #[pin]
        answer: Carried<F>,
        counts: Arc<WorkerCounts>,
        method: usize,
        started: Instant,
        span: Option<OpenSpan>,
    }
}

impl<F, B> Future for Counted<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let counted = self.project();
        let Poll::Ready(answer) = counted.answer.poll(context) else { return Poll::Pending };
        let (route, status) = match &answer {
            Ok(response) => (RouteNo::of_request(response.request()), response.status()),
            Err(error) => (None, error.as_response_error().status_code()),
        };
        let took_ns = u64::try_from(counted.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let route = route.unwrap_or(RouteNo(0));
        counted.counts.count(route, *counted.method, status, took_ns);
        if let Some(span) = counted.span.take() {
            trace::finish(span, &route.template(), status);
        }
        Poll::Ready(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_in_the_first_bucket_that_holds_it() {
        let traffic = Traffic::default();
        let worker = traffic.counts();
        let route = RouteNo::of("/buckets");
        for took_us in [0, 50, 51, 5_000_000, 5_000_001] {
            worker.count(route, 0, StatusCode::OK, took_us * 1_000);
        }
        let totals = traffic.totals();
        let of_route = totals.iter().find(|totals| totals.template == "/buckets").expect("counted");
        assert_eq!(of_route.answers, [("GET", 200, 5)]);
        assert_eq!((of_route.buckets[0], of_route.buckets[1]), (2, 1));
        assert_eq!(of_route.buckets[13..], [1, 1]);
        assert_eq!(of_route.sum_ns, 10_000_102_000);
    }

    #[test]
    fn workers_are_added_up() {
        let traffic = Traffic::default();
        let route = RouteNo::of("/workers");
        for _ in 0..2 {
            traffic.counts().count(route, method_index(&Method::PUT), StatusCode::IM_A_TEAPOT, 1);
        }
        let totals = traffic.totals();
        let of_route = totals.iter().find(|totals| totals.template == "/workers").expect("counted");
        assert_eq!(of_route.answers, [("PUT", 0, 2)]);
    }
}
