//! Wiring: what is started in which order.

use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::{Actor, Addr};
use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Extensions, Server as ActixServer, ServerHandle};
use actix_web::rt::net::TcpStream;
use actix_web::{App, web};
use anyhow::Context;
use marketd_actors::board::Board;
use marketd_actors::connection::{self, Io, SocketOptions};
use marketd_actors::hub::{HubActor, HubState};
use marketd_actors::keeper::{KeeperActor, Watch};
use marketd_actors::metrics::Metrics;
use marketd_actors::past::{self, Pasts};
use marketd_actors::recorder::Recorder;
use marketd_actors::relay::RelayActor;
use marketd_actors::storage::Storage;
use marketd_actors::traces::{Span, Traces};
use marketd_bus::Bus;
use parking_lot::RwLock;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::mpsc;

use crate::auth::{Auth, Ground};
use crate::config::Config;
use crate::feeds::{self, Running, Stage};
use crate::http::compress::Compress;
use crate::http::edge::Edge;
use crate::http::express::Express;
use crate::http::flags::Flags;
use crate::http::gate::Gate;
use crate::http::{self, RelayedBooks, RequestLimits, Shared};
use crate::lock::FolderLock;
use crate::sandbox::{self, Sandbox};
#[cfg(feature = "otlp")]
use crate::telemetry::exporter::Exporter;
use crate::writers::{self, Writers};

/// How long a closed connection may take to go. Longer than the half second at which actix refreshes
/// the clock it sets this deadline by: a deadline that is past when it is set never comes.
const LINGER: Duration = Duration::from_millis(600);

/// Connections that wait to be accepted: a storm of clients that come back at once.
const BACKLOG: i32 = 4_096;

/// A running server.
pub struct Server {
    pub board: Arc<Board>,
    pub addresses: Vec<SocketAddr>,
    pub handle: ServerHandle,
    pub feeds: Vec<Running>,
    pub keeper: Addr<KeeperActor>,
    pub storage: Option<Arc<Storage>>,
    pub bus: Arc<dyn Bus>,
    pub auth: Arc<Auth>,
    pub writers: Option<Writers>,
    pub sandbox: Option<Arc<Sandbox>>,
    /// Replaced when the keeper starts the actor again. `None` where no other node is reached.
    pub relay: Option<Arc<RwLock<Addr<RelayActor>>>>,
    /// Where traces leave. Taken when the server stops.
    #[cfg(feature = "otlp")]
    pub exporter: parking_lot::Mutex<Option<Exporter>>,
    pub shutdown: crate::config::Shutdown,
    stage: Stage,
    /// For as long as this process may write into the folder.
    _folder: Option<FolderLock>,
}

impl Server {
    /// Binds first (a port in use is found out before anything runs), opens the store, then starts writers, markets, hubs
    /// and HTTP, and the feeds last. Must run inside an actix system.
    pub async fn start(config: &Config, recorder: Option<&Recorder>) -> anyhow::Result<Self> {
        let listener =
            listen(config.http.bind).with_context(|| format!("cannot listen on {}", config.http.bind))?;
        let (folder, storage) = match recorder {
            None => {
                let folder = FolderLock::take(&config.data_dir)?;
                let storage = Storage::open(config.store_settings()).await.context("cannot use the store")?;
                (Some(folder), Some(storage))
            }
            Some(_) => (None, None),
        };
        let bus = match recorder {
            None => marketd_bus::open(&config.bus.url, config.bus.options()).context("cannot use the bus")?,
            Some(_) => Arc::new(marketd_bus::MemoryBus::default()),
        };
        let is_shared = recorder.is_none() && !config.bus.url.is_empty();
        let (traces, spans) = traces_of(config);
        let board = Arc::new(Board::named(config.face_names(), traces));
        #[cfg(feature = "otlp")]
        let exporter =
            spans.map(|spans| Exporter::start(&config.tracing, spans, board.traces.counters.clone())).into();
        #[cfg(not(feature = "otlp"))]
        drop(spans);
        let ground = Ground { storage: storage.clone(), bus: bus.clone(), is_shared, board: board.clone() };
        let auth = Auth::new(config.auth_settings()?, ground)?;
        auth.start();
        let stage = Stage::new(board.clone(), config);
        let writers = storage.as_ref().map(|storage| writers::start(&stage, storage));
        let past = match &storage {
            Some(storage) => feeds::read_past(storage, config).await,
            None => Pasts::default(),
        };
        if let Some(store) = storage.as_ref().and_then(|storage| storage.store()) {
            actix_web::rt::spawn(past::mend(store, past.mended));
        }
        stage.set_past(past.by_market);
        let sandbox = match &storage {
            Some(storage) if config.sandbox.enabled => {
                Some(Arc::new(sandbox::start(&stage, config, storage).context("cannot start the sandbox")?))
            }
            _ => None,
        };
        let factory = stage.market_factory(config, storage.clone());
        let mut running = Vec::new();
        let mut simulating = None;
        if let Some((feed, sim)) = feeds::start_sim(&stage, config, &factory) {
            running.push(feed);
            simulating = Some(sim);
        }
        let mut replays = Vec::new();
        if let Some((feed, replay)) = feeds::start_replay(&stage, config, &factory)? {
            running.push(feed);
            replays.push(replay);
        }
        let shared = web::Data::new(Shared {
            board: board.clone(),
            session_limits: Arc::new(config.session_limits()),
            auth: auth.clone(),
            rates: Arc::new(config.request_rates()),
            config: config.shown(),
            head_ms: config.limits.head_ms,
            body_ms: config.limits.body_ms,
            flush_ms: config.session.flush_ms,
            started: Instant::now(),
            traffic: Arc::default(),
            metrics_are_public: config.http.public_metrics,
            storage: storage.clone(),
            relayed: is_shared.then(|| RelayedBooks::new(bus.clone(), config.bus.refresh())),
            bus: bus.clone(),
            sandbox: sandbox.clone(),
            reads: http::Turns::default(),
            large: http::Places::default(),
            replays,
            sim: simulating,
            binance: crate::face::binance::Face::of(config),
            flags: Flags::of(config),
        });
        let (handle, addresses) = start_http(config, &board, shared, listener)?;
        running.extend(feeds::start_live(&stage, config, &factory, recorder));
        let relay = is_shared.then(|| start_relay(&stage, &bus, config));
        let keeper = stage.keeper.clone();
        Ok(Self {
            board,
            addresses,
            handle,
            feeds: running,
            keeper,
            storage,
            bus,
            auth,
            writers,
            sandbox,
            relay,
            #[cfg(feature = "otlp")]
            exporter,
            shutdown: config.shutdown.clone(),
            stage,
            _folder: folder,
        })
    }

    /// Ends the threads that actors live on.
    pub fn stop_arbiters(&self) {
        self.stage.feed_arbiter.stop();
        for arbiter in &self.stage.market_arbiters {
            arbiter.stop();
        }
        if let Some(writers) = &self.writers {
            writers.arbiter.stop();
        }
        if let Some(sandbox) = &self.sandbox {
            sandbox.stop_arbiter();
        }
    }
}

/// What is traced, and the spans that come of it, where a collector wants them.
fn traces_of(config: &Config) -> (Traces, Option<mpsc::Receiver<Span>>) {
    let tracing = &config.tracing;
    if tracing.otlp_endpoint.is_empty() {
        return (Traces::default(), None);
    }
    if !cfg!(feature = "otlp") {
        tracing::warn!("nothing is traced: this binary was built without the feature otlp");
        return (Traces::default(), None);
    }
    let (traces, spans) = Traces::new(tracing.sampling(), tracing.queue_spans);
    (traces, Some(spans))
}

thread_local! {
    static WATCHES_CONNECTIONS: std::cell::OnceCell<()> = const { std::cell::OnceCell::new() };
    /// One hub per worker thread, however many addresses the server listens on.
    static HUB: std::cell::OnceCell<Rc<HubState>> = const { std::cell::OnceCell::new() };
}

fn hub_of_this_thread(board: &Arc<Board>, limits: marketd_actors::hub::HubLimits) -> Rc<HubState> {
    HUB.with(|hub| {
        hub.get_or_init(|| {
            let state = HubState::new(board.clone(), limits);
            HubActor::launch(state.clone());
            state
        })
        .clone()
    })
}

/// Has clients of this worker thread that are overdue ended.
fn watch_connections() {
    WATCHES_CONNECTIONS.with(|watches| {
        watches.get_or_init(|| {
            actix_web::rt::spawn(connection::end_overdue());
        });
    });
}

/// Starts what puts books onto the bus, watched by the keeper.
fn start_relay(stage: &Stage, bus: &Arc<dyn Bus>, config: &Config) -> Arc<RwLock<Addr<RelayActor>>> {
    let (board, bus, limits) = (stage.board.clone(), bus.clone(), config.bus.relay_limits());
    let start = move || RelayActor::new(board.clone(), bus.clone(), limits).start();
    let relay = Arc::new(RwLock::new(start()));
    let (watched, replaced) = (relay.clone(), relay.clone());
    let watch = Watch {
        name: "relay".to_owned(),
        is_alive: Box::new(move || watched.read().connected()),
        restart: Box::new(move || *replaced.write() = start()),
    };
    feeds::watch(&stage.keeper, watch);
    relay
}

/// Binds and listens.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restarted server takes its port over from connections that linger.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// A connection has ended in trouble. What clients do wrong is counted, and said to who debugs.
fn note_fault(board: &Board, error: DispatchError) -> DispatchError {
    if let DispatchError::Parse(fault) = &error {
        Metrics::add(&board.metrics.http_malformed, 1);
        tracing::debug!(%fault, "a request that is none, its connection is closed");
    }
    error
}

fn start_http(
    config: &Config,
    board: &Arc<Board>,
    shared: web::Data<Shared>,
    listener: TcpListener,
) -> anyhow::Result<(ServerHandle, Vec<SocketAddr>)> {
    let hub_limits = config.hub_limits();
    let head = Duration::from_millis(config.limits.head_ms);
    let keep_alive = Duration::from_secs(config.http.keep_alive_s);
    let socket = SocketOptions {
        user_timeout: Duration::from_millis(config.limits.tcp_user_timeout_ms),
        head,
        // The dispatcher ends those that are merely idle, and politely.
        idle: keep_alive + head,
    };
    let workers = match config.http.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        workers => workers,
    };
    let addresses = vec![listener.local_addr().context("cannot tell the listening address")?];
    let board = board.clone();
    let limits = RequestLimits {
        bus: shared.bus.clone(),
        rates: shared.rates.clone(),
        count_loopback: shared.session_limits.count_loopback,
    };
    let edge = Edge {
        limits: shared.session_limits.clone(),
        proxies: Arc::new(config.trusted_proxies()?),
        body: Duration::from_millis(config.limits.body_ms),
    };
    let gate = Gate { auth: shared.auth.clone(), rates: shared.rates.clone() };
    let compress = Compress { from_bytes: config.http.compress_bytes };
    let builder =
        ActixServer::build().workers(workers).max_concurrent_connections(config.http.max_connections);
    let stopping = builder.graceful_shutdown_signal();
    // What `HttpServer` does, over connections that sessions may write to themselves.
    let builder = builder.shutdown_timeout(2).disable_signals().listen("http", listener, move || {
        watch_connections();
        let app = App::new()
            .app_data(shared.clone())
            .app_data(hub_of_this_thread(&board, hub_limits))
            .configure(http::configure)
            .wrap(Express::new(shared.clone()))
            // The last is the outermost: a request is counted, its page is looked at, then it is held to its address's limit,
            // then to who sends it; what comes of it is compressed first. Books go past the router.
            .wrap(compress)
            .wrap(gate.clone())
            .wrap(limits.clone())
            .wrap(edge.clone())
            .wrap(shared.traffic.worker(&board))
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response());
        let (stopping, counted) = (stopping.clone(), board.clone());
        let protocol = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(head)
            .client_disconnect_timeout(LINGER)
            .h1_write_buffer_size(16 * 1024)
            .on_connect_ext(|io: &Io, extensions: &mut Extensions| {
                extensions.insert(io.connection());
            })
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| async move {
            let peer = stream.peer_addr().ok();
            Ok((Io::new(stream, socket), peer))
        })
        .and_then(protocol.map_err(move |error| note_fault(&counted, error)))
    });
    let server = builder.context("cannot serve on the listening socket")?.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((handle, addresses))
}
