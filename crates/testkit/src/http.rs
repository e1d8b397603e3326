//! Just enough HTTP/1.1 to stand in for a venue's REST side: GET, Content-Length, keep-alive, and its failures.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any client's request head; what is longer is a client gone wrong.
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// How often an answer that is not due yet is asked for again.
const NOT_YET_INTERVAL: Duration = Duration::from_millis(5);

/// The line and headers of a request. Bodies are not read: a market data client only asks.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    pub method: String,
    /// As sent, with the query: `/api/v3/depth?symbol=BTCUSDT&limit=5000`.
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl HttpRequest {
    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { method, target, headers })
    }

    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The value of a query parameter, as sent.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_upgrade(&self) -> bool {
        self.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Answer,
    NotYet,
    Reset,
}

/// What the venue answers, and how.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Waited before the first byte.
    pub delay: Duration,
    manner: Manner,
}

impl HttpResponse {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        let (headers, delay) = (Vec::new(), Duration::ZERO);
        Self { status, headers, body: body.into(), delay, manner: Manner::Answer }
    }

    /// 200 with a JSON body.
    pub fn json(body: impl Into<String>) -> Self {
        Self::new(200, body).header("content-type", "application/json")
    }

    /// An HTML page, as proxies and blocked regions answer.
    pub fn html(status: u16, title: &str) -> Self {
        let body =
            format!("<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>");
        Self::new(status, body).header("content-type", "text/html")
    }

    pub fn redirect(location: &str) -> Self {
        Self::new(302, "").header("location", location)
    }

    /// The answer is not due: the request is held and the handler asked again every few milliseconds.
    pub fn not_yet() -> Self {
        Self { manner: Manner::NotYet, ..Self::new(503, "") }
    }

    /// No answer but a TCP reset.
    pub fn reset() -> Self {
        Self { manner: Manner::Reset, ..Self::new(503, "") }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    fn encode(&self, keep_alive: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let _ = write!(head, "content-length: {}\r\nconnection: {connection}\r\n\r\n", self.body.len());
        head.push_str(&self.body);
        head.into_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        418 => "I'm a teapot",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Scripted",
    }
}

/// The request at the head of a stream without taking it out, so that a WebSocket library can still read it.
pub(crate) async fn peek_request(stream: &TcpStream) -> io::Result<HttpRequest> {
    let mut head = vec![0; HEAD_MAX_BYTES];
    loop {
        let length = stream.peek(&mut head).await?;
        if let Some((request, _)) = complete_request(&head[..length])? {
            return Ok(request);
        }
        if length == 0 || length == HEAD_MAX_BYTES {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // Peeking again at once would return the same bytes: the socket stays readable.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The request and the length of its head, when the head is complete.
fn complete_request(bytes: &[u8]) -> io::Result<Option<(HttpRequest, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| io::ErrorKind::InvalidData)?;
    let request = HttpRequest::parse(head).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some((request, end + 4)))
}

/// Answers requests on one connection until either side has enough.
pub(crate) async fn serve(
    mut stream: TcpStream,
    answer: impl Fn(&HttpRequest) -> HttpResponse,
    seen: impl Fn(&HttpRequest),
) -> io::Result<()> {
    let mut received = Vec::new();
    loop {
        let request = loop {
            if let Some((request, length)) = complete_request(&received)? {
                received.drain(..length);
                break request;
            }
            if received.len() > HEAD_MAX_BYTES || stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        };
        seen(&request);
        let keep_alive =
            !request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
                && !request.is_upgrade();
        let response = loop {
            let response = answer(&request);
            if response.manner != Manner::NotYet {
                break response;
            }
            tokio::time::sleep(NOT_YET_INTERVAL).await;
        };
        tokio::time::sleep(response.delay).await;
        if response.manner == Manner::Reset {
            return SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        stream.write_all(&response.encode(keep_alive)).await?;
        if !keep_alive {
            return stream.shutdown().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_apart() {
        let bytes =
            b"GET /api/v3/depth?symbol=BTCUSDT&limit=5 HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n\r\nrest";
        let (request, length) = complete_request(bytes).unwrap().expect("a complete head");
        assert_eq!((request.method.as_str(), request.path()), ("GET", "/api/v3/depth"));
        assert_eq!((request.query("symbol"), request.query("limit")), (Some("BTCUSDT"), Some("5")));
        assert_eq!(request.query("from"), None);
        assert!(request.is_upgrade());
        assert_eq!(&bytes[length..], b"rest");
        assert!(complete_request(&bytes[..20]).unwrap().is_none());
    }
}
