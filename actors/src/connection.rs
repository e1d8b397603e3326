//! The TCP connection under an HTTP or WebSocket exchange: options set at accept, and the means to
//! end it from outside when its session is frozen by a full socket.

use std::any::Any;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// Unsent data that the kernel takes for one client. Small, so that what a slow reader finds after a
/// pause is recent; large enough to keep a long fat link busy.
const UNSENT_MAX: u32 = 16 * 1024;

#[derive(Debug, Clone, Copy)]
pub struct SocketOptions {
    /// Data unacknowledged for so long ends the connection.
    pub user_timeout: Duration,
}

/// A second handle on a client's socket. The first one belongs to the HTTP dispatcher.
#[derive(Debug)]
pub struct ConnectionHandle(Socket);

impl ConnectionHandle {
    /// Resets the connection: nothing queued is worth sending to someone who does not read.
    pub fn abort(&self) {
        // Both fail only if the socket is gone already, which is what is wanted.
        let _ = self.0.set_linger(Some(Duration::ZERO));
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// For `HttpServer::on_connect`.
pub fn prepare(options: SocketOptions, io: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = io.downcast_ref::<TcpStream>() else { return };
    let socket = SockRef::from(stream);
    // A refused option costs only what it would have improved.
    let _ = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    {
        let _ = socket.set_tcp_user_timeout(Some(options.user_timeout));
        let _ = socket.set_tcp_notsent_lowat(UNSENT_MAX);
    }
    if let Ok(handle) = socket.try_clone() {
        extensions.insert(std::rc::Rc::new(ConnectionHandle(handle)));
    }
}
