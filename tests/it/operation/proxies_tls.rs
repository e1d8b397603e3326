//! Clients of a TLS proxy: from an address of their own, and trusting one certificate.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::Answer;

/// The name in the guide's examples.
pub const NAME: &str = "market.example.org";

pub struct Front {
    pub port: u16,
    connector: TlsConnector,
}

pub type Session = WebSocketStream<TlsStream<TcpStream>>;

impl Front {
    /// At this port of the machine, with a certificate that this one vouches for.
    pub fn new(port: u16, trusted: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted).expect("a certificate")).expect("a trust anchor");
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self { port, connector: TlsConnector::from(Arc::new(config)) }
    }

    /// `https://…` as a browser has it.
    pub fn origin(&self) -> String {
        format!("https://{NAME}:{}", self.port)
    }

    async fn connect(&self, from: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(format!("{from}:0").parse().expect("an address"))?;
        let stream = socket.connect(([127, 0, 0, 1], self.port).into()).await?;
        self.connector.connect(ServerName::try_from(NAME).expect("a name"), stream).await
    }

    /// Whether it answers at all.
    pub async fn is_up(&self) -> bool {
        self.connect("127.0.0.1").await.is_ok()
    }

    pub async fn request(
        &self,
        from: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut stream = self.connect(from).await.expect("a connection");
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {NAME}:{}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        // Whether the proxy says goodbye in TLS as well is its own affair.
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).expect("UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {answer:?}"));
        Answer::parse(head, body)
    }

    pub async fn get(&self, from: &str, path: &str) -> Answer {
        self.request(from, "GET", path, &[], "").await
    }

    /// A WebSocket of a page of this origin; the error is the status it was refused with.
    pub async fn session(&self, from: &str, origin: &str) -> Result<Session, u16> {
        let stream = self.connect(from).await.expect("a connection");
        let mut request =
            format!("wss://{NAME}:{}/api/v1/ws", self.port).into_client_request().expect("a request");
        request.headers_mut().insert("origin", HeaderValue::from_str(origin).expect("a header"));
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((session, _)) => Ok(session),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }
}

/// The next text that is not a heartbeat, or what ended the session.
pub async fn next(session: &mut Session) -> Result<serde_json::Value, Option<u16>> {
    use futures_util::StreamExt;
    loop {
        let next = tokio::time::timeout(crate::support::PATIENCE, session.next()).await.expect("in time");
        match next {
            Some(Ok(Message::Text(text))) => {
                let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                if value["type"] != "heartbeat" {
                    return Ok(value);
                }
            }
            Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Err(None),
        }
    }
}
