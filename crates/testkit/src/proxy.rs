//! A way to a Postgres server that can be slow, or cut at the worst moment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// `CommandComplete` of COMMIT: 'C', the length, and the tag.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

#[derive(Default)]
struct Faults {
    /// Commits whose answer is swallowed, the connection with it.
    cuts: AtomicUsize,
    /// What each answer of the server waits.
    delay_ms: AtomicU64,
}

/// Passes connections on to a server. Ends with this value.
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<Faults>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// To a server on this port of the loopback address.
    pub async fn start(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let faults = Arc::new(Faults::default());
        let shared = faults.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(pass(client, port, shared.clone()));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, faults, task })
    }

    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next `count` commits happen, and nobody hears of it: the connection ends in place of the answer.
    pub fn cut_commits(&self, count: usize) {
        self.faults.cuts.store(count, Ordering::SeqCst);
    }

    /// Commits that are still to be cut.
    pub fn cuts_left(&self) -> usize {
        self.faults.cuts.load(Ordering::SeqCst)
    }

    /// Each answer of the server takes so much longer.
    pub fn delay(&self, delay: Duration) {
        self.faults.delay_ms.store(delay.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, port: u16, faults: Arc<Faults>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // Whichever ends first ends both.
    tokio::select! {
        () = requests(from_client, to_server) => {}
        () = answers(from_server, to_client, &faults) => {}
    }
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, faults: &Faults) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let delay_ms = faults.delay_ms.load(Ordering::SeqCst);
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        let bytes = &buffer[..count];
        // The server answers a commit in one piece: it is small, and the last of what was asked.
        let is_commit = bytes.windows(COMMITTED.len()).any(|window| window == COMMITTED);
        let one_less = |left: usize| left.checked_sub(1);
        if is_commit && faults.cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            return;
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
