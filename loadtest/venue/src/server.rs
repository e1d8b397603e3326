//! The venue's sockets: REST and WebSocket on one port, a thread for each connection.
//!
//! Two ends write to a WebSocket, its reader (answers, pongs) and the publisher; each writes whole frames under the
//! connection's lock, so frames do not mix.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use parking_lot::{Condvar, Mutex};
use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::market::{Kind, MarketScript};
use crate::wall_micros;

/// A server under test opens a connection for each 50 markets, and some for REST.
const CONNECTIONS_MAX: usize = 256;
const REQUEST_MAX: usize = 16 * 1024;
/// A reader that takes nothing for so long has lost the connection.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

const BOOK_CHANNEL: &str = "diff_order_book_";
const TRADES_CHANNEL: &str = "live_trades_";

/// The writing end of a WebSocket.
pub struct Outbox {
    stream: Mutex<TcpStream>,
}

impl Outbox {
    /// Writes whole frames. A connection that does not take them is ended.
    pub fn write(&self, frames: &[u8]) -> io::Result<()> {
        let mut stream = self.stream.lock();
        let written = stream.write_all(frames);
        if written.is_err() {
            // Half a frame may be out: nothing more can follow it.
            let _ = stream.shutdown(Shutdown::Both);
        }
        written
    }
}

/// Where a market's channels go: to who subscribed last.
#[derive(Default)]
struct Routes {
    trades: Option<Arc<Outbox>>,
    book: Option<Arc<Outbox>>,
}

/// One market with its readers.
pub struct Place {
    pub script: MarketScript,
    routes: Routes,
}

impl Place {
    pub fn reader(&self, kind: Kind) -> Option<&Arc<Outbox>> {
        match kind {
            Kind::Trade => self.routes.trades.as_ref(),
            Kind::Book => self.routes.book.as_ref(),
        }
    }

    fn route(&mut self, kind: Kind) -> &mut Option<Arc<Outbox>> {
        match kind {
            Kind::Trade => &mut self.routes.trades,
            Kind::Book => &mut self.routes.book,
        }
    }
}

/// The venue's state, shared by its threads.
pub struct Venue {
    places: Mutex<Vec<Place>>,
    subscribed: Condvar,
    connections: AtomicUsize,
}

impl Venue {
    pub fn new(markets: usize) -> Arc<Self> {
        let now = wall_micros();
        let place = |no| Place { script: MarketScript::new(no, now), routes: Routes::default() };
        Arc::new(Self {
            places: Mutex::new((0..markets).map(place).collect()),
            subscribed: Condvar::new(),
            connections: AtomicUsize::new(0),
        })
    }

    /// Listens and serves from a thread of its own; answers the address, for port 0.
    pub fn listen(self: &Arc<Self>, address: SocketAddr) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        let venue = Arc::clone(self);
        std::thread::spawn(move || venue.accept(&listener));
        Ok(address)
    }

    /// Waits until somebody reads both channels of every market. `false`: not within `patience`.
    pub fn wait_for_readers(&self, patience: Duration) -> bool {
        let is_missing = |places: &mut Vec<Place>| {
            places.iter().any(|place| place.routes.trades.is_none() || place.routes.book.is_none())
        };
        !self.subscribed.wait_while_for(&mut self.places.lock(), is_missing, patience).timed_out()
    }

    /// The markets, for the one who publishes. Nobody can subscribe or ask for a book meanwhile.
    pub fn with_places<R>(&self, act: impl FnOnce(&mut [Place]) -> R) -> R {
        act(&mut self.places.lock())
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            let Ok(stream) = stream else {
                // Out of descriptors, most likely; some may come free.
                std::thread::sleep(Duration::from_millis(10));
                continue;
            };
            if self.connections.fetch_add(1, Ordering::AcqRel) >= CONNECTIONS_MAX {
                self.connections.fetch_sub(1, Ordering::AcqRel);
                continue;
            }
            let venue = Arc::clone(self);
            std::thread::spawn(move || {
                // Peers that go away are no business of ours; they connect again.
                let _ = venue.serve(stream);
                venue.connections.fetch_sub(1, Ordering::AcqRel);
            });
        }
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        let mut buffer = Vec::new();
        while let Some(request) = read_request(&mut stream, &mut buffer)? {
            if let Some(key) = request.websocket_key() {
                let accept = derive_accept_key(key.as_bytes());
                write!(
                    stream,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                     Sec-WebSocket-Accept: {accept}\r\n\r\n"
                )?;
                return self.speak(stream, buffer);
            }
            let (status, body) = match self.answer(request.target()) {
                Some(body) => ("200 OK", body),
                None => ("404 Not Found", r#"{"status":"error"}"#.to_owned()),
            };
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )?;
        }
        Ok(())
    }

    fn answer(&self, target: &str) -> Option<String> {
        let path = target.split('?').next()?.trim_end_matches('/').strip_prefix("/api/v2/")?;
        let places = self.places.lock();
        if path == "trading-pairs-info" {
            let rows: Vec<String> = places.iter().map(|place| place.script.listing()).collect();
            return Some(format!("[{}]", rows.join(",")));
        }
        let pair = path.strip_prefix("order_book/")?;
        places.iter().find(|place| place.script.pair == pair).map(|place| place.script.full_book())
    }

    /// Answers subscriptions and heartbeats until the connection ends.
    fn speak(&self, stream: TcpStream, already_read: Vec<u8>) -> io::Result<()> {
        let outbox = Arc::new(Outbox { stream: Mutex::new(stream.try_clone()?) });
        let ends = Ends { stream, outbox: Arc::clone(&outbox) };
        let mut socket = WebSocket::from_partially_read(ends, already_read, Role::Server, None);
        while let Ok(message) = socket.read() {
            let Message::Text(text) = message else { continue };
            let Some(answer) = self.on_message(&text, &outbox) else { continue };
            if socket.send(Message::text(answer)).is_err() {
                break;
            }
        }
        for place in self.places.lock().iter_mut() {
            for kind in [Kind::Trade, Kind::Book] {
                let route = place.route(kind);
                if route.as_ref().is_some_and(|held| Arc::ptr_eq(held, &outbox)) {
                    *route = None;
                }
            }
        }
        Ok(())
    }

    fn on_message(&self, text: &str, outbox: &Arc<Outbox>) -> Option<String> {
        let request: Value = serde_json::from_str(text).ok()?;
        match request["event"].as_str()? {
            "bts:heartbeat" => {
                Some(r#"{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}"#.to_owned())
            }
            "bts:subscribe" => {
                let channel = request["data"]["channel"].as_str()?;
                let event =
                    if self.subscribe(channel, outbox) { "bts:subscription_succeeded" } else { "bts:error" };
                Some(format!(r#"{{"event":"{event}","channel":{},"data":{{}}}}"#, Value::from(channel)))
            }
            _ => None,
        }
    }

    /// `false`: there is no such channel.
    fn subscribe(&self, channel: &str, outbox: &Arc<Outbox>) -> bool {
        let named = [(TRADES_CHANNEL, Kind::Trade), (BOOK_CHANNEL, Kind::Book)].into_iter();
        let found = named.filter_map(|(prefix, kind)| Some((channel.strip_prefix(prefix)?, kind))).next();
        let Some((pair, kind)) = found else { return false };
        let mut places = self.places.lock();
        let Some(place) = places.iter_mut().find(|place| place.script.pair == pair) else { return false };
        *place.route(kind) = Some(Arc::clone(outbox));
        self.subscribed.notify_all();
        true
    }
}

/// What the WebSocket's reader reads from and writes to.
struct Ends {
    stream: TcpStream,
    outbox: Arc<Outbox>,
}

impl Read for Ends {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.read(into)
    }
}

impl Write for Ends {
    /// All of it: what the protocol hands over at once are whole frames.
    fn write(&mut self, frames: &[u8]) -> io::Result<usize> {
        self.outbox.write(frames).map(|()| frames.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A request's head; bodies are not expected.
struct Request {
    head: String,
}

impl Request {
    fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// Present where the request is an upgrade.
    fn websocket_key(&self) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key")).map(|(_, key)| key.trim())
    }
}

/// The next request of a connection; `None` when it ends between two. What was read beyond it stays in `buffer`.
fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    const END: &[u8] = b"\r\n\r\n";
    loop {
        if let Some(at) = buffer.windows(END.len()).position(|window| window == END) {
            let head = String::from_utf8_lossy(&buffer[..at]).into_owned();
            buffer.drain(..at + END.len());
            return Ok(Some(Request { head }));
        }
        if buffer.len() > REQUEST_MAX {
            return Err(io::Error::other("the request is too large"));
        }
        let mut chunk = [0; 4_096];
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            read => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}
