//! Attacks on a running server, and a probe beside them. docs/security.md lists them with their tests.

mod bodies;
mod open;
mod paths;
mod probe;
mod slow;
mod slow_tools;
mod sql;
mod timing;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Answer, PATIENCE};

/// What came back on a connection, and whether it has ended.
struct Told {
    text: String,
    is_ended: bool,
}

impl Told {
    fn status(&self) -> Option<u16> {
        self.text.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()
    }

    fn answer(&self) -> Answer {
        let (head, body) =
            self.text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {:?}", self.text));
        Answer::parse(head, body)
    }
}

/// Reads until the connection ends, or nobody would wait any longer.
async fn until_ended(stream: &mut TcpStream) -> Told {
    let mut bytes = Vec::new();
    let is_ended = loop {
        match tokio::time::timeout(PATIENCE, stream.read_buf(&mut bytes)).await {
            Ok(Ok(0) | Err(_)) => break true,
            Ok(Ok(_)) => {}
            Err(_) => break false,
        }
    };
    Told { text: String::from_utf8_lossy(&bytes).into_owned(), is_ended }
}

/// Sends bytes as they are, and reads to the end.
async fn exchange(address: &str, bytes: &[u8]) -> Told {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    // It may end the connection before it has read all.
    let _ = stream.write_all(bytes).await;
    until_ended(&mut stream).await
}

/// Sends this again and again, at the pace of a network, until the other side takes no more. `false`: it still does after this time.
async fn flooded(stream: &mut TcpStream, piece: &[u8], patience: Duration) -> bool {
    let (mut reader, mut writer) = stream.split();
    let reading = async {
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
    };
    let sending = async {
        while writer.write_all(piece).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(patience, async { tokio::join!(reading, sending) }).await.is_ok()
}
