//! A connection to Redis that is made again whenever it is lost, and nobody waits for.
//!
//! Who calls while it is away gets [`BusError::Away`] at once. One call that is not answered in time is enough to give
//! the connection up: what hangs is found out by a new connection, not by more callers that wait. So what can pile up
//! behind a Redis that hangs is what is called within one timeout, and that is bounded by a number.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use marketd_domain::Timestamp;
use parking_lot::RwLock;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, PushInfo, PushKind, RedisError, RedisResult, ServerErrorKind,
};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use crate::error::BusError;
use crate::metrics::BusMetrics;
use crate::types::{Report, State, wall_clock};

/// Waits before a connection is tried again: doubling from the first to the largest, so that a Redis that is back is
/// noticed within two seconds.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(2);
/// A connection that lived so long was healthy: the waits start over.
const HEALTHY_AFTER: Duration = Duration::from_secs(5);
/// Nobody waits for a connection, so it may take its time: a handshake of TLS, a machine under load.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a connection is looked after when nothing is called, and how long that may take.
const TEND_INTERVAL: Duration = Duration::from_millis(500);
const TEND_TIMEOUT: Duration = Duration::from_secs(1);
/// Calls under way at once.
const CALLS_MAX: usize = 1_024;

enum LinkState {
    Connecting { since: Timestamp },
    Up { since: Timestamp, connection: MultiplexedConnection },
    Away { since: Timestamp, reason: String },
}

/// What a connection is for.
pub(super) trait Duty: Send + Sync + 'static {
    /// Ends when a connection is wanted.
    fn wanted(&self) -> impl Future<Output = ()> + Send;
    /// Sees to the connection: first before it is used (`is_new`), then every now and then and after [`Self::changed`].
    /// An error gives it up.
    fn tend(
        &self,
        connection: &mut MultiplexedConnection,
        is_new: bool,
    ) -> impl Future<Output = RedisResult<()>> + Send;
    /// Ends when there is something to tend.
    fn changed(&self) -> impl Future<Output = ()> + Send;
    /// What came without being asked for. Must not block.
    fn pushed(&self, push: PushInfo);
}

pub(super) struct Link {
    name: &'static str,
    state: RwLock<LinkState>,
    /// Counts connections, so that what befalls an old one does not end its successor.
    generation: std::sync::atomic::AtomicU64,
    lost: Notify,
    permits: Semaphore,
    timeout: Duration,
    metrics: Arc<BusMetrics>,
}

impl Link {
    pub fn new(name: &'static str, timeout: Duration, metrics: Arc<BusMetrics>) -> Self {
        Self {
            name,
            state: RwLock::new(LinkState::Connecting { since: wall_clock() }),
            generation: 0.into(),
            lost: Notify::new(),
            permits: Semaphore::new(CALLS_MAX),
            timeout,
            metrics,
        }
    }

    pub fn report(&self) -> Report {
        let (state, since, reason) = match &*self.state.read() {
            LinkState::Connecting { since } => (State::Connecting, *since, None),
            LinkState::Up { since, .. } => (State::Up, *since, None),
            LinkState::Away { since, reason } => (State::Away, *since, Some(reason.clone())),
        };
        Report { backend: "redis", state, since, reason }
    }

    pub fn is_up(&self) -> bool {
        matches!(&*self.state.read(), LinkState::Up { .. })
    }

    /// Asks Redis, if it is there, and waits no longer than the timeout.
    pub async fn call<T, F>(
        &self,
        doing: &'static str,
        request: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, BusError>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let (connection, generation) = match &*self.state.read() {
            LinkState::Up { connection, .. } => (connection.clone(), self.generation()),
            _ => return Err(BusError::Away),
        };
        let Ok(_permit) = self.permits.try_acquire() else {
            BusMetrics::count(&self.metrics.bus_busy);
            return Err(BusError::Busy { doing });
        };
        let began = Instant::now();
        match timeout(self.timeout, request(connection)).await {
            Ok(Ok(answer)) => {
                self.metrics.answered_after(began.elapsed());
                Ok(answer)
            }
            Ok(Err(error)) => {
                BusMetrics::count(&self.metrics.bus_errors);
                if is_away(&error) {
                    self.lose(generation, &error.to_string());
                    return Err(BusError::Away);
                }
                Err(BusError::Refused { doing, detail: error.to_string() })
            }
            Err(_) => {
                BusMetrics::count(&self.metrics.bus_timeouts);
                self.lose(generation, &format!("{doing}: no answer within {:?}", self.timeout));
                Err(BusError::TimedOut { doing })
            }
        }
    }

    fn generation(&self) -> u64 {
        self.generation.load(std::sync::atomic::Ordering::Acquire)
    }

    /// Gives up the connection of this generation, if it is still in use.
    fn lose(&self, generation: u64, reason: &str) {
        let mut state = self.state.write();
        if !matches!(&*state, LinkState::Up { .. }) || self.generation() != generation {
            return;
        }
        *state = LinkState::Away { since: wall_clock(), reason: reason.to_owned() };
        drop(state);
        BusMetrics::count(&self.metrics.bus_disconnects);
        tracing::warn!(connection = self.name, reason, "Redis is away, marketd goes on without it");
        self.lost.notify_one();
    }

    /// Not reached. Says so in the log when it was not known.
    fn not_reached(&self, why: String) {
        let mut state = self.state.write();
        match &mut *state {
            LinkState::Away { reason, .. } => *reason = why,
            _ => {
                tracing::warn!(
                    connection = self.name,
                    reason = why,
                    "Redis is away, marketd goes on without it"
                );
                *state = LinkState::Away { since: wall_clock(), reason: why };
            }
        }
    }

    /// Connects, looks after the connection, and connects again: until the task is ended.
    pub async fn keep(self: Arc<Self>, client: Client, duty: Arc<impl Duty>) {
        let mut wait = RETRY_FIRST;
        loop {
            duty.wanted().await;
            let generation = self.generation() + 1;
            match timeout(CONNECT_TIMEOUT, self.connect(&client, &duty, generation)).await {
                Ok(Ok(connection)) => {
                    let began = Instant::now();
                    self.come_up(connection.clone(), generation);
                    self.look_after(connection, &*duty, generation).await;
                    if began.elapsed() >= HEALTHY_AFTER {
                        wait = RETRY_FIRST;
                    }
                }
                Ok(Err(error)) => self.not_reached(error.to_string()),
                Err(_) => self.not_reached(format!("no answer within {CONNECT_TIMEOUT:?}")),
            }
            sleep(wait).await;
            wait = (wait * 2).min(RETRY_MAX);
        }
    }

    async fn connect(
        self: &Arc<Self>,
        client: &Client,
        duty: &Arc<impl Duty>,
        generation: u64,
    ) -> RedisResult<MultiplexedConnection> {
        let (link, pushes) = (Arc::downgrade(self), duty.clone());
        let pushed = move |push: PushInfo| -> Result<(), redis::aio::SendError> {
            if push.kind == PushKind::Disconnection {
                if let Some(link) = link.upgrade() {
                    link.lose(generation, "the connection was closed");
                }
            } else {
                pushes.pushed(push);
            }
            Ok(())
        };
        // Timeouts are ours: of each call, and of this connection as a whole.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_pipeline_buffer_size(CALLS_MAX)
            .set_push_sender(pushed);
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        duty.tend(&mut connection, true).await?;
        Ok(connection)
    }

    fn come_up(&self, connection: MultiplexedConnection, generation: u64) {
        BusMetrics::count(&self.metrics.bus_connects);
        let mut state = self.state.write();
        self.generation.store(generation, std::sync::atomic::Ordering::Release);
        *state = LinkState::Up { since: wall_clock(), connection };
        drop(state);
        tracing::info!(connection = self.name, "Redis is there");
    }

    async fn look_after(&self, mut connection: MultiplexedConnection, duty: &impl Duty, generation: u64) {
        while self.is_up() {
            tokio::select! {
                () = self.lost.notified() => continue,
                () = duty.changed() => {}
                () = sleep(TEND_INTERVAL) => {}
            }
            match timeout(TEND_TIMEOUT, duty.tend(&mut connection, false)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.lose(generation, &error.to_string()),
                Err(_) => self.lose(generation, &format!("no answer to a ping within {TEND_TIMEOUT:?}")),
            }
        }
    }
}

/// Whether an error says that nothing can be had there: other errors concern one call.
fn is_away(error: &RedisError) -> bool {
    let by_kind = matches!(
        error.kind(),
        ErrorKind::Io
            | ErrorKind::Parse
            | ErrorKind::AuthenticationFailed
            | ErrorKind::Server(
                ServerErrorKind::BusyLoading
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::ReadOnly
            )
    );
    by_kind || error.is_unrecoverable_error()
}
