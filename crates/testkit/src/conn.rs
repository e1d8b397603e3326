//! One accepted WebSocket connection, as the test holds it.
//!
//! A task of its own owns the socket, so that pings are answered and closes echoed while the test does other things,
//! and so that `go_silent` can stop exactly that. The task ends with the socket or with its handle.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use socket2::SockRef;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// Frames that may wait for the socket; a sender waits when there are more.
const COMMANDS_WAITING: usize = 512;
/// A client that has read nothing for this long is reset over the head of what still waits for it.
const RESET_PATIENCE: Duration = Duration::from_secs(1);
const OVERSIZE_CHUNK_BYTES: usize = 64 * 1024;
/// First byte of an unfragmented text frame.
const FIN_TEXT: u8 = 0x81;

type Ws = WebSocketStream<TcpStream>;

/// What came from the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    /// A close frame; 1005 stands for one without a code.
    Close(u16, String),
    /// The connection is over. Nothing follows.
    Gone,
}

enum Command {
    Message(Message),
    Raw(Vec<u8>),
    Oversize(u64),
    Silent(bool),
    Flush(oneshot::Sender<()>),
    Reset,
}

/// The venue's end of one WebSocket. Dropping it sends what is queued and closes the socket without a close frame.
pub struct VenueConn {
    path: String,
    headers: Vec<(String, String)>,
    commands: mpsc::Sender<Command>,
    inbound: Mutex<mpsc::UnboundedReceiver<Inbound>>,
    /// Reaches the task also while it waits for a client that does not read.
    reset_now: Arc<Notify>,
}

impl VenueConn {
    pub(crate) fn start(ws: Ws, path: String, headers: Vec<(String, String)>) -> Self {
        let (commands, waiting) = mpsc::channel(COMMANDS_WAITING);
        // Unbounded, since the clients under test say little: subscriptions and pongs.
        let (received, inbound) = mpsc::unbounded_channel();
        let reset_now = Arc::new(Notify::new());
        tokio::spawn(run(ws, waiting, received, Arc::clone(&reset_now)));
        Self { path, headers, commands, inbound: Mutex::new(inbound), reset_now }
    }

    /// The path and query the client asked for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A header of the client's handshake; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The next thing the client sent. After `Gone` it fails.
    pub async fn recv(&self, timeout: Duration) -> anyhow::Result<Inbound> {
        let received = tokio::time::timeout(timeout, async { self.inbound.lock().await.recv().await });
        match received.await {
            Ok(Some(inbound)) => Ok(inbound),
            Ok(None) => bail!("the client's connection is over"),
            Err(_) => bail!("the client sent nothing for {timeout:?}"),
        }
    }

    /// The next text; pings and pongs on the way are passed over.
    pub async fn recv_text(&self, timeout: Duration) -> anyhow::Result<String> {
        loop {
            match self.recv(timeout).await? {
                Inbound::Text(text) => return Ok(text),
                Inbound::Ping(_) | Inbound::Pong(_) => {}
                other => bail!("the client sent {other:?} where a text was expected"),
            }
        }
    }

    /// Waits until the client has ended the connection; the code of its close frame, if it sent one.
    pub async fn closed(&self, timeout: Duration) -> anyhow::Result<Option<u16>> {
        let deadline = tokio::time::Instant::now() + timeout;
        let mut code = None;
        loop {
            match self.recv(deadline.saturating_duration_since(tokio::time::Instant::now())).await? {
                Inbound::Close(given, _) => code = Some(given),
                Inbound::Gone => return Ok(code),
                _ => {}
            }
        }
    }

    /// Queues a text frame; waits while the client reads too slowly. Fails once the connection is over.
    pub async fn send_text(&self, text: impl Into<String>) -> anyhow::Result<()> {
        self.command(Command::Message(Message::text(text.into()))).await
    }

    pub async fn send_binary(&self, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.command(Command::Message(Message::binary(bytes))).await
    }

    pub async fn ping(&self) -> anyhow::Result<()> {
        self.command(Command::Message(Message::Ping(b"venue".to_vec().into()))).await
    }

    /// Starts the closing handshake; the client's answer comes through `recv` or `closed`.
    pub async fn close(&self, code: u16, reason: &str) -> anyhow::Result<()> {
        let frame = CloseFrame { code: code.into(), reason: reason.to_owned().into() };
        self.command(Command::Message(Message::Close(Some(frame)))).await
    }

    /// Returns when everything sent so far has been handed to the kernel.
    pub async fn flush(&self) -> anyhow::Result<()> {
        let (done, flushed) = oneshot::channel();
        self.command(Command::Flush(done)).await?;
        flushed.await.context("the client's connection is over")
    }

    /// Ends the connection with a TCP reset, after what was sent before. Returns when the socket is closed.
    pub async fn reset(&self) {
        let in_order = async {
            let _ = self.commands.send(Command::Reset).await;
            self.commands.closed().await;
        };
        if tokio::time::timeout(RESET_PATIENCE, in_order).await.is_err() {
            self.reset_now.notify_one();
            self.commands.closed().await;
        }
    }

    /// The first `cut_at` bytes of the frame that would carry `text`, then a TCP reset.
    pub async fn half_frame(&self, text: &str, cut_at: usize) -> anyhow::Result<()> {
        let mut frame = text_frame_header(text.len() as u64);
        frame.extend_from_slice(text.as_bytes());
        ensure!(cut_at < frame.len(), "the frame has only {} bytes: no cut at {cut_at}", frame.len());
        frame.truncate(cut_at);
        self.command(Command::Raw(frame)).await?;
        self.reset().await;
        Ok(())
    }

    /// Bytes as they are, between two frames: not necessarily WebSocket.
    pub async fn send_raw(&self, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.command(Command::Raw(bytes)).await
    }

    /// A text frame of `bytes` payload bytes: its header, then as much as the client takes before it gives up.
    pub async fn oversize(&self, bytes: u64) -> anyhow::Result<()> {
        self.command(Command::Oversize(bytes)).await
    }

    /// From now on the venue reads nothing and answers no ping, while the socket stays open.
    pub async fn go_silent(&self) -> anyhow::Result<()> {
        self.command(Command::Silent(true)).await
    }

    /// Ends `go_silent`.
    pub async fn speak_again(&self) -> anyhow::Result<()> {
        self.command(Command::Silent(false)).await
    }

    async fn command(&self, command: Command) -> anyhow::Result<()> {
        self.commands.send(command).await.ok().context("the client's connection is over")
    }
}

impl std::fmt::Debug for VenueConn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VenueConn").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The header of an unmasked, unfragmented text frame.
fn text_frame_header(payload: u64) -> Vec<u8> {
    let mut header = vec![FIN_TEXT];
    match payload {
        0..=125 => header.push(payload as u8),
        126..=0xffff => {
            header.push(126);
            header.extend_from_slice(&(payload as u16).to_be_bytes());
        }
        _ => {
            header.push(127);
            header.extend_from_slice(&payload.to_be_bytes());
        }
    }
    header
}

/// Owns the socket until either end is done with it.
async fn run(
    mut ws: Ws,
    mut commands: mpsc::Receiver<Command>,
    received: mpsc::UnboundedSender<Inbound>,
    reset_now: Arc<Notify>,
) {
    let reset = tokio::select! {
        biased;
        () = reset_now.notified() => true,
        // An error means that the connection is over, which is all a test wants to know.
        ended = converse(&mut ws, &mut commands, &received) => ended.unwrap_or(false),
    };
    if reset {
        // Closing with a linger time of zero is what sends RST instead of FIN.
        let _ = SockRef::from(ws.get_ref()).set_linger(Some(Duration::ZERO));
    }
    drop(ws);
    let _ = received.send(Inbound::Gone);
    // Last, since `reset` takes the end of this channel for the end of the socket.
    drop(commands);
}

/// Whether the connection is to end with a reset.
async fn converse(
    ws: &mut Ws,
    commands: &mut mpsc::Receiver<Command>,
    received: &mpsc::UnboundedSender<Inbound>,
) -> anyhow::Result<bool> {
    let mut silent = false;
    let mut unflushed = false;
    loop {
        let next = match commands.try_recv() {
            Ok(command) => Some(command),
            Err(TryRecvError::Disconnected) => {
                ws.flush().await?;
                return Ok(false);
            }
            Err(TryRecvError::Empty) => {
                if std::mem::take(&mut unflushed) {
                    ws.flush().await?;
                }
                tokio::select! {
                    command = commands.recv() => match command {
                        Some(command) => Some(command),
                        None => return Ok(false),
                    },
                    message = ws.next(), if !silent => {
                        let Some(message) = message else { return Ok(false) };
                        let _ = received.send(inbound(message?));
                        // tungstenite has queued a pong or a close in answer.
                        unflushed = true;
                        None
                    }
                }
            }
        };
        match next {
            None => {}
            Some(Command::Message(message)) => {
                ws.feed(message).await?;
                unflushed = true;
            }
            Some(Command::Raw(bytes)) => {
                ws.flush().await?;
                ws.get_mut().write_all(&bytes).await?;
            }
            Some(Command::Oversize(bytes)) => {
                ws.flush().await?;
                write_oversize(ws.get_mut(), bytes).await?;
            }
            Some(Command::Silent(on)) => silent = on,
            Some(Command::Flush(done)) => {
                ws.flush().await?;
                let _ = done.send(());
            }
            Some(Command::Reset) => {
                ws.flush().await?;
                return Ok(true);
            }
        }
    }
}

fn inbound(message: Message) -> Inbound {
    match message {
        Message::Text(text) => Inbound::Text(text.to_string()),
        Message::Ping(bytes) => Inbound::Ping(bytes.to_vec()),
        Message::Pong(bytes) => Inbound::Pong(bytes.to_vec()),
        Message::Close(Some(frame)) => Inbound::Close(frame.code.into(), frame.reason.to_string()),
        Message::Close(None) => Inbound::Close(1005, String::new()),
        Message::Binary(bytes) => Inbound::Binary(bytes.to_vec()),
        Message::Frame(frame) => Inbound::Binary(frame.payload().to_vec()),
    }
}

async fn write_oversize(stream: &mut TcpStream, payload: u64) -> std::io::Result<()> {
    stream.write_all(&text_frame_header(payload)).await?;
    let chunk = vec![b'x'; OVERSIZE_CHUNK_BYTES];
    let mut left = payload;
    while left > 0 {
        let length = left.min(chunk.len() as u64);
        stream.write_all(&chunk[..length as usize]).await?;
        left -= length;
    }
    Ok(())
}
