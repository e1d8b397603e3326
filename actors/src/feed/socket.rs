//! The WebSocket towards a venue: how it is opened, and what it takes.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};

use super::FeedLimits;
use super::http::tls_config;

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What is read at once. All of it is cleared before each read, so much more costs more than the message itself.
const READ_BUFFER: usize = 16 * 1024;

/// Opens a connection within the limits; the error is a sentence for the log.
pub async fn connect(url: &str, limits: &FeedLimits) -> Result<Socket, String> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(limits.message_bytes))
        .max_frame_size(Some(limits.message_bytes));
    let tls = Connector::Rustls(Arc::new(tls_config()));
    let connecting = tokio_tungstenite::connect_async_tls_with_config(url, Some(config), true, Some(tls));
    match tokio::time::timeout(limits.connect_timeout, connecting).await {
        Err(_) => Err(format!("{url} did not answer the handshake in time")),
        Ok(Ok((socket, _))) => Ok(socket),
        // Redirects and error pages are answers to the handshake too; none is followed.
        Ok(Err(WsError::Http(response))) => {
            Err(format!("{url} answered the handshake with {}", response.status()))
        }
        Ok(Err(error)) => Err(format!("cannot connect to {url}: {error}")),
    }
}
