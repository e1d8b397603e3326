//! The TCP connection under an HTTP or WebSocket exchange.
//!
//! *Owns* the socket, which two sides write to: the HTTP dispatcher (through [`Io`]) until a session
//! begins, and from the end of the handshake on the session alone. A session's frames go from the ring
//! to the kernel without passing through the dispatcher's buffer. Bytes that the kernel does not take
//! wait here, at most one write of them; nobody adds to them. One thread only.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use actix_web::rt::net::TcpStream;
use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Unsent data that the kernel takes for one client. Small, so that what a slow reader finds after a
/// pause is recent; large enough to keep a long fat link busy.
const UNSENT_MAX: u32 = 8 * 1024;

#[derive(Debug, Clone, Copy)]
pub struct SocketOptions {
    /// Data unacknowledged for so long ends the connection.
    pub user_timeout: Duration,
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// From an answer to whatever the client does next.
    pub idle: Duration,
}

thread_local! {
    /// Connections of this thread that speak HTTP, and some that have ended since the last look.
    static OPEN: RefCell<Vec<Weak<Connection>>> = const { RefCell::new(Vec::new()) };
}

/// How often they are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Ends the connections of this thread whose clients are overdue, as long as the thread lives. The dispatcher has a deadline for
/// the first head of a connection only, and reads a chunked body that nobody wants for as long as it comes.
pub async fn end_overdue() {
    let mut every = tokio::time::interval(LOOK_EVERY);
    loop {
        let now = every.tick().await.into_std();
        OPEN.with_borrow_mut(|open| open.retain(|held| held.upgrade().is_some_and(|held| held.stays(now))));
    }
}

/// Whose turn it is to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The dispatcher's, with its own buffer behind it.
    Http,
    /// The dispatcher's for the last time: what it writes next is the answer to the handshake.
    Handshake,
    /// The session's.
    Session,
}

/// What became of bytes that were to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The kernel has all of them.
    All,
    /// Some wait here until the socket takes more.
    Blocked,
}

pub struct Connection {
    socket: RefCell<TcpStream>,
    options: SocketOptions,
    stage: Cell<Stage>,
    /// Until when the client has to go on: to send a request, or to take its answer. `None` while it waits for us.
    due: Cell<Option<Instant>>,
    waiting: RefCell<Bytes>,
    /// Since when bytes wait of which the socket took none.
    blocked_since: Cell<Option<Instant>>,
    /// The session could not send, and has not been told yet that it can again.
    held_up: Cell<bool>,
    /// The dispatcher's task, which waits for the socket on the session's behalf.
    task: RefCell<Option<Waker>>,
}

impl Connection {
    /// A request is there: it is for us to go on.
    pub fn begin_request(&self) {
        self.due.set(None);
    }

    /// Its answer is on its way: it is for the client to go on.
    pub fn begin_answer(&self) {
        if self.stage.get() == Stage::Http {
            self.due.set(Some(Instant::now() + self.options.idle));
        }
    }

    /// Whether it is to be looked at again; one that is overdue is ended.
    fn stays(&self, now: Instant) -> bool {
        let is_overdue = self.due.get().is_some_and(|due| due <= now);
        if is_overdue {
            self.abort();
        }
        self.stage.get() != Stage::Session && !is_overdue
    }

    /// The client has sent something of its next request, or of a body that nobody waits for.
    fn note_read(&self) {
        if let Some(due) = self.due.get() {
            self.due.set(Some(due.min(Instant::now() + self.options.head)));
        }
    }

    /// The client takes its answer.
    fn note_written(&self) {
        if self.due.get().is_some() {
            self.due.set(Some(Instant::now() + self.options.idle));
        }
    }

    /// From here on the dispatcher has only its answer to the handshake left to write.
    pub fn begin_session(&self) {
        self.stage.set(Stage::Handshake);
        self.due.set(None);
    }

    /// Whether the handshake is answered, so that frames may follow.
    pub fn is_open(&self) -> bool {
        self.stage.get() == Stage::Session
    }

    /// Whether bytes wait for the socket. Nothing may be sent before they are gone.
    pub fn is_blocked(&self) -> bool {
        !self.waiting.borrow().is_empty()
    }

    /// For how long bytes have waited of which the socket took none.
    pub fn blocked_for(&self) -> Option<Duration> {
        self.blocked_since.get().map(|since| since.elapsed())
    }

    /// Whether the session may send again for the first time since it could not.
    pub fn is_released(&self) -> bool {
        self.is_open() && !self.is_blocked() && self.held_up.take()
    }

    /// Remembers the task to wake when the session has something to do.
    pub fn register(&self, waker: &Waker) {
        let mut task = self.task.borrow_mut();
        if !task.as_ref().is_some_and(|held| held.will_wake(waker)) {
            *task = Some(waker.clone());
        }
    }

    /// Has the session's body polled.
    pub fn wake(&self) {
        if let Some(task) = self.task.borrow().as_ref() {
            task.wake_by_ref();
        }
    }

    /// Sends bytes, or what the kernel takes of them now; the rest waits here.
    pub fn send(&self, bytes: &[u8]) -> Sent {
        self.send_all(bytes, |left| Bytes::copy_from_slice(&bytes[left..]))
    }

    /// As [`Self::send`], and what waits is not a copy.
    pub fn send_shared(&self, bytes: &Bytes) -> Sent {
        self.send_all(bytes, |left| bytes.slice(left..))
    }

    fn send_all(&self, bytes: &[u8], rest: impl FnOnce(usize) -> Bytes) -> Sent {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.is_empty() {
            // Only the few bytes of a handshake or a close come while others wait.
            *waiting = [&waiting[..], bytes].concat().into();
            return Sent::Blocked;
        }
        let mut sent = 0;
        while sent < bytes.len() {
            match self.socket.borrow().try_write(&bytes[sent..]) {
                Ok(written) if written > 0 => sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    *waiting = rest(sent);
                    self.blocked_since.set(Some(Instant::now()));
                    self.held_up.set(true);
                    return Sent::Blocked;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => {
                    // The peer is gone. The dispatcher finds that out when it reads, and ends the session.
                    self.abort();
                    return Sent::All;
                }
            }
        }
        Sent::All
    }

    /// Waits until what was left over is sent. Tells how many bytes went.
    pub fn poll_drain(&self, cx: &mut Context<'_>) -> Poll<usize> {
        let mut waiting = self.waiting.borrow_mut();
        let mut drained = 0;
        while !waiting.is_empty() {
            let socket = self.socket.borrow();
            match socket.poll_write_ready(cx) {
                Poll::Pending if drained > 0 => return Poll::Ready(drained),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(_) => {}
            }
            match socket.try_write(&waiting) {
                Ok(written) if written > 0 => {
                    waiting.advance(written);
                    drained += written;
                    self.blocked_since.set(Some(Instant::now()));
                }
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Ok(_) | Err(_) => {
                    waiting.clear();
                    self.abort();
                }
            }
        }
        // Most connections are never blocked: the buffer is not kept for the next time.
        *waiting = Bytes::new();
        self.blocked_since.set(None);
        Poll::Ready(drained)
    }

    /// Resets the connection: nothing queued is worth sending to someone who does not read.
    pub fn abort(&self) {
        let stream = self.socket.borrow();
        let socket = SockRef::from(&*stream);
        // Both fail only if the socket is gone already, which is what is wanted.
        let _ = socket.set_linger(Some(Duration::ZERO));
        let _ = socket.shutdown(std::net::Shutdown::Both);
    }
}

/// The HTTP dispatcher's end of a connection.
pub struct Io(Rc<Connection>);

impl Io {
    pub fn new(socket: TcpStream, options: SocketOptions) -> Self {
        prepare(&socket, options);
        let connection = Rc::new(Connection {
            socket: RefCell::new(socket),
            options,
            stage: Cell::new(Stage::Http),
            due: Cell::new(None),
            waiting: RefCell::default(),
            blocked_since: Cell::new(None),
            // A session has to be told when its handshake is answered.
            held_up: Cell::new(true),
            task: RefCell::default(),
        });
        OPEN.with_borrow_mut(|open| open.push(Rc::downgrade(&connection)));
        Self(connection)
    }

    /// For a session on this connection.
    pub fn connection(&self) -> Rc<Connection> {
        self.0.clone()
    }
}

fn prepare(stream: &TcpStream, options: SocketOptions) {
    let socket = SockRef::from(stream);
    // A refused option costs only what it would have improved.
    let _ = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    {
        let _ = socket.set_tcp_user_timeout(Some(options.user_timeout));
        let _ = socket.set_tcp_notsent_lowat(UNSENT_MAX);
        // A proxy or a program on this machine: there is no congestion to control, and pacing, where the
        // system has it (BBR), costs an eighth of every write.
        if stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback()) {
            let _ = socket.set_tcp_congestion(b"reno");
        }
    }
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut *self.0.socket.borrow_mut()).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.0.note_read();
        }
        read
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let connection = &self.0;
        match connection.stage.get() {
            Stage::Http => {
                let written = Pin::new(&mut *connection.socket.borrow_mut()).poll_write(cx, bytes);
                if written.is_ready() {
                    connection.note_written();
                }
                return written;
            }
            Stage::Handshake => {
                connection.stage.set(Stage::Session);
                connection.wake();
            }
            Stage::Session => {}
        }
        // Taken whole, so that the dispatcher's buffer is empty whenever the session writes.
        connection.send(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.0.is_blocked() {
            ready!(self.0.poll_drain(cx));
            // The session's body may have been polled before the socket took these.
            self.0.wake();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut *self.0.socket.borrow_mut()).poll_shutdown(cx)
    }
}
