//! The face of Binance Spot: unmodified clients of it, and what they cannot be seen to rely on.

mod audit;
mod clients;
mod codes;
mod order_history;
mod signing;
mod streams;
mod trading;
mod user_data;
mod weights;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::{PATIENCE, TestApp};

/// A WebSocket of the face.
struct Face(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Face {
    async fn connect(app: &TestApp, path: &str) -> Self {
        let url = format!("ws://{}{path}", app.address);
        Self(tokio_tungstenite::connect_async(url).await.expect("the handshake").0)
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    /// The next message of text; `None` when the connection was closed, with its code.
    async fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message in time");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| u16::from(frame.code))),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    async fn message(&mut self) -> Value {
        self.next().await.expect("an open connection")
    }

    /// The next message, if one comes within so many milliseconds.
    async fn within(&mut self, ms: u64) -> Option<Value> {
        tokio::time::timeout(std::time::Duration::from_millis(ms), self.message()).await.ok()
    }

    /// The answer with this id; what else comes is handed on.
    async fn answer(&mut self, id: Value, mut other: impl FnMut(&Value)) -> Value {
        loop {
            let message = self.message().await;
            if message.get("id") == Some(&id) {
                return message;
            }
            other(&message);
        }
    }
}
