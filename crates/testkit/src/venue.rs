//! A venue on a real TCP socket of 127.0.0.1: one port that answers WebSocket upgrades and plain HTTP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::accept_async;

use crate::conn::VenueConn;
use crate::http::{self, HttpRequest, HttpResponse};

/// Connections that may wait in the kernel between two accepts.
const BACKLOG: u32 = 128;
/// How long the clean-up of a stopped listener may take.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

type Handler = Arc<dyn Fn(&HttpRequest) -> HttpResponse + Send + Sync>;
type OnConnect = Arc<dyn Fn(VenueConn) + Send + Sync>;

struct Route {
    path_prefix: String,
    handler: Handler,
}

/// What the venue does with connections; shared with the tasks that serve them.
struct Behaviour {
    routes: Mutex<Vec<Route>>,
    refusal: Mutex<Option<HttpResponse>>,
    on_connect: Mutex<Option<OnConnect>>,
    accepted: mpsc::UnboundedSender<VenueConn>,
    handshakes: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

/// Either end of the port: taken and served, or taken and refusing.
enum Port {
    Listening(JoinHandle<()>),
    /// Bound but not listening: the kernel refuses connections, and nobody else can take the port meanwhile.
    Held(TcpSocket),
    Moving,
}

/// The venue. Dropping it ends its listening; connections that the test holds stay.
pub struct ScriptedVenue {
    address: SocketAddr,
    behaviour: Arc<Behaviour>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<VenueConn>>,
    port: tokio::sync::Mutex<Port>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A handler that panicked has failed its test already; what it left behind is still whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections of the last listening may linger in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

impl ScriptedVenue {
    /// Listens on a free port of the loopback address.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        // Unbounded, since as many may wait as the client under test opens, which is what tests count.
        let (accepted, waiting) = mpsc::unbounded_channel();
        let behaviour = Arc::new(Behaviour {
            routes: Mutex::new(Vec::new()),
            refusal: Mutex::new(None),
            on_connect: Mutex::new(None),
            accepted,
            handshakes: AtomicUsize::new(0),
            requests: Mutex::new(Vec::new()),
        });
        let serving = tokio::spawn(listen(listener, Arc::clone(&behaviour)));
        Ok(Self {
            address,
            behaviour,
            waiting: tokio::sync::Mutex::new(waiting),
            port: tokio::sync::Mutex::new(Port::Listening(serving)),
        })
    }

    /// Bare base, as in `venues.<name>.ws_url`.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Bare base, as in `venues.<name>.rest_url`.
    pub fn rest_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests below a path the same way each time. Of several prefixes that fit, the one set last answers,
    /// and a path that none fits gets 404.
    pub fn on_get(&self, path_prefix: &str, response: HttpResponse) {
        self.on_request(path_prefix, move |_| response.clone());
    }

    /// Answers requests below a path with what a closure makes of them. It is called from the venue's tasks, so it must
    /// not block; `HttpResponse::not_yet()` has it called again.
    pub fn on_request(
        &self,
        path_prefix: &str,
        handler: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static,
    ) {
        let route = Route { path_prefix: path_prefix.to_owned(), handler: Arc::new(handler) };
        let mut routes = lock(&self.behaviour.routes);
        routes.retain(|other| other.path_prefix != route.path_prefix);
        routes.push(route);
    }

    /// The next WebSocket that a client opened.
    pub async fn accept(&self, timeout: Duration) -> anyhow::Result<VenueConn> {
        let next = tokio::time::timeout(timeout, async { self.waiting.lock().await.recv().await });
        let conn = next.await.with_context(|| format!("no client opened a WebSocket within {timeout:?}"))?;
        conn.context("the venue holds the sending end for as long as it lives")
    }

    /// Hands each new WebSocket to a task of its own instead of to `accept`. Such tasks live as long as the runtime.
    pub fn on_connect<F, Served>(&self, serve: F)
    where
        F: Fn(VenueConn) -> Served + Send + Sync + 'static,
        Served: Future<Output = ()> + Send + 'static,
    {
        *lock(&self.behaviour.on_connect) = Some(Arc::new(move |conn| {
            tokio::spawn(serve(conn));
        }));
    }

    /// From now on handshakes are answered with plain HTTP: a page with 403, a redirect, a 429.
    pub fn refuse_handshakes(&self, response: HttpResponse) {
        *lock(&self.behaviour.refusal) = Some(response);
    }

    /// Ends `refuse_handshakes`.
    pub fn accept_handshakes(&self) {
        *lock(&self.behaviour.refusal) = None;
    }

    /// How many WebSocket handshakes were begun, the refused ones among them.
    pub fn handshakes(&self) -> usize {
        self.behaviour.handshakes.load(Ordering::SeqCst)
    }

    /// The targets of all plain requests so far, with their queries, in order of arrival.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.behaviour.requests).clone()
    }

    /// How many plain requests went below a path.
    pub fn requests_below(&self, path_prefix: &str) -> usize {
        lock(&self.behaviour.requests).iter().filter(|target| target.starts_with(path_prefix)).count()
    }

    /// Goes down: new connections are refused, plain HTTP ones are cut, handshakes under way too. WebSockets are the
    /// test's own to reset.
    pub async fn stop_listening(&self) -> anyhow::Result<()> {
        let mut port = self.port.lock().await;
        if let Port::Listening(serving) = std::mem::replace(&mut *port, Port::Moving) {
            serving.abort();
            tokio::time::timeout(STOP_PATIENCE, serving).await.context("the listener does not stop")?.ok();
        }
        *port = Port::Held(bind(self.address).context("the port was taken while the venue went down")?);
        Ok(())
    }

    /// Comes up again on the same port.
    pub async fn listen_again(&self) -> anyhow::Result<()> {
        let mut port = self.port.lock().await;
        *port = match std::mem::replace(&mut *port, Port::Moving) {
            Port::Held(socket) => {
                let listener = socket.listen(BACKLOG)?;
                Port::Listening(tokio::spawn(listen(listener, Arc::clone(&self.behaviour))))
            }
            other => other,
        };
        Ok(())
    }
}

impl Drop for ScriptedVenue {
    fn drop(&mut self) {
        if let Port::Listening(serving) = self.port.get_mut() {
            serving.abort();
        }
    }
}

impl std::fmt::Debug for ScriptedVenue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptedVenue").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Serves until it is aborted; what it serves ends with it, WebSockets excepted.
async fn listen(listener: TcpListener, behaviour: Arc<Behaviour>) {
    let mut served = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    served.spawn(serve(stream, Arc::clone(&behaviour)));
                }
                // Out of descriptors, most likely: the test will say what it missed.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = served.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, behaviour: Arc<Behaviour>) -> io::Result<()> {
    // Nagle would hold back the second of two small frames.
    stream.set_nodelay(true)?;
    let request = http::peek_request(&stream).await?;
    if !request.is_upgrade() {
        let seen = |request: &HttpRequest| lock(&behaviour.requests).push(request.target.clone());
        return http::serve(stream, |request| behaviour.answer(request), seen).await;
    }
    behaviour.handshakes.fetch_add(1, Ordering::SeqCst);
    let refusal = lock(&behaviour.refusal).clone();
    if let Some(response) = refusal {
        return http::serve(stream, |_| response.clone(), |_| {}).await;
    }
    let ws = accept_async(stream).await.map_err(io::Error::other)?;
    let conn = VenueConn::start(ws, request.target, request.headers);
    let on_connect = lock(&behaviour.on_connect).clone();
    match on_connect {
        Some(serve) => serve(conn),
        None => drop(behaviour.accepted.send(conn)),
    }
    Ok(())
}

impl Behaviour {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let handler = lock(&self.routes)
            .iter()
            .rev()
            .find(|route| request.path().starts_with(&route.path_prefix))
            .map(|route| Arc::clone(&route.handler));
        handler.map_or_else(|| HttpResponse::new(404, "no such path"), |handler| handler(request))
    }
}
