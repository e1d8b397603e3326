//! A collector of OpenTelemetry as far as traces go: takes batches over HTTP, reads their protobuf, and answers as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::PATIENCE;

/// How it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    Take,
    /// With this status.
    Refuse(u16),
    /// 200, and these bytes.
    Say(Vec<u8>),
    /// It reads, and says nothing.
    Hang,
}

/// A span as it came. Ids are hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub service: String,
    pub trace: String,
    pub span: String,
    pub parent: String,
    pub name: String,
    pub kind: u64,
    pub start: u64,
    pub end: u64,
    pub attributes: BTreeMap<String, String>,
    pub status: u64,
}

impl Seen {
    pub fn attribute(&self, key: &str) -> &str {
        self.attributes.get(key).unwrap_or_else(|| panic!("no {key} in {self:?}"))
    }
}

#[derive(Default)]
struct Held {
    spans: Vec<Seen>,
    heads: Vec<String>,
    bodies: Vec<Vec<u8>>,
}

pub struct Collector {
    pub endpoint: String,
    held: Arc<Mutex<Held>>,
    manner: Arc<Mutex<Manner>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Collector {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (held, manner) = (Arc::new(Mutex::new(Held::default())), Arc::new(Mutex::new(manner)));
        let (taken, asked) = (held.clone(), manner.clone());
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (taken, asked) = (taken.clone(), asked.clone());
                tokio::spawn(async move {
                    // A client that hangs up ends its connection, and nothing else.
                    let _ = serve(stream, &taken, &asked).await;
                });
            }
        });
        Self { endpoint, held, manner, listening }
    }

    pub fn answer(&self, manner: Manner) {
        *self.manner.lock().expect("whole") = manner;
    }

    /// Spans of batches that it has taken.
    pub fn spans(&self) -> Vec<Seen> {
        self.held.lock().expect("whole").spans.clone()
    }

    /// Line and headers of every request, taken or not.
    pub fn heads(&self) -> Vec<String> {
        self.held.lock().expect("whole").heads.clone()
    }

    /// All bytes that came.
    pub fn bodies(&self) -> Vec<u8> {
        self.held.lock().expect("whole").bodies.concat()
    }

    /// Waits until `pick` finds something among the spans.
    pub async fn until<T>(&self, what: &str, pick: impl Fn(&[Seen]) -> Option<T>) -> T {
        let found = Mutex::new(None);
        marketd_testkit::wait_until(PATIENCE, what, async || {
            let picked = pick(&self.spans());
            let is_there = picked.is_some();
            *found.lock().expect("whole") = picked;
            is_there
        })
        .await;
        found.into_inner().expect("whole").expect("it was there")
    }
}

async fn serve(mut stream: TcpStream, held: &Mutex<Held>, manner: &Mutex<Manner>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.to_lowercase().lines().find_map(|line| {
            line.strip_prefix("content-length:").and_then(|value| value.trim().parse::<usize>().ok())
        });
        let whole = end + 4 + length.expect("a length");
        while bytes.len() < whole {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        }
        let body = bytes[end + 4..whole].to_vec();
        bytes.drain(..whole);
        let manner = manner.lock().expect("whole").clone();
        {
            let mut held = held.lock().expect("whole");
            held.heads.push(head);
            if matches!(manner, Manner::Take | Manner::Say(_)) {
                held.spans.extend(read_request(&body));
            }
            held.bodies.push(body);
        }
        let (status, answer) = match manner {
            Manner::Take => (200, Vec::new()),
            Manner::Say(answer) => (200, answer),
            Manner::Refuse(status) => (status, Vec::new()),
            Manner::Hang => {
                tokio::time::sleep(Duration::from_secs(3_600)).await;
                return Ok(());
            }
        };
        let head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all(&[head.as_bytes(), &answer].concat()).await?;
    }
}

/// A field of a protobuf message: its number and what it holds.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, in sequence. Whatever is not whole fails the test.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => {
                let eight = bytes.split_off(..8).expect("a whole field");
                Field::Number(u64::from_le_bytes(eight.try_into().expect("eight bytes")))
            }
            2 => {
                let length = varint(&mut bytes) as usize;
                Field::Bytes(bytes.split_off(..length).expect("a whole field"))
            }
            other => panic!("wire type {other}"),
        };
        fields.push((tag >> 3, field));
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = *bytes.split_off_first().expect("a whole number");
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn messages(bytes: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
    fields(bytes).into_iter().filter_map(move |(number, field)| match field {
        Field::Bytes(inner) if number == wanted => Some(inner),
        _ => None,
    })
}

/// `ExportTraceServiceRequest`: `resource_spans` = 1, in it `resource` = 1 and `scope_spans` = 2, in that `spans` = 2.
fn read_request(body: &[u8]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for resource_spans in messages(body, 1) {
        let resource = messages(resource_spans, 1).next().expect("a resource");
        let mut about: BTreeMap<String, String> = messages(resource, 1).map(read_attribute).collect();
        let service = about.remove("service.name").expect("a name");
        for span in messages(resource_spans, 2).flat_map(|scope| messages(scope, 2).collect::<Vec<_>>()) {
            seen.push(Seen { service: service.clone(), ..read_span(span) });
        }
    }
    seen
}

fn read_span(bytes: &[u8]) -> Seen {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let mut seen = Seen::default();
    for field in fields(bytes) {
        match field {
            (1, Field::Bytes(id)) => seen.trace = hex(id),
            (2, Field::Bytes(id)) => seen.span = hex(id),
            (4, Field::Bytes(id)) => seen.parent = hex(id),
            (5, Field::Bytes(name)) => seen.name = text(name),
            (6, Field::Number(kind)) => seen.kind = kind,
            (7, Field::Number(start)) => seen.start = start,
            (8, Field::Number(end)) => seen.end = end,
            (9, Field::Bytes(pair)) => seen.attributes.extend([read_attribute(pair)]),
            (15, Field::Bytes(status)) => {
                seen.status = fields(status)
                    .into_iter()
                    .find_map(|(number, field)| match field {
                        Field::Number(code) if number == 3 => Some(code),
                        _ => None,
                    })
                    .unwrap_or_default();
            }
            (number, _) => panic!("field {number} of a span"),
        }
    }
    assert_eq!((seen.trace.len(), seen.span.len()), (32, 16), "{seen:?}");
    seen
}

/// `KeyValue`: `key` = 1, `value` = 2, which holds a `string_value` = 1 or an `int_value` = 3.
fn read_attribute(bytes: &[u8]) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let key = messages(bytes, 1).next().map(text).expect("a key");
    let value = messages(bytes, 2).next().expect("a value");
    let value = match fields(value).into_iter().next() {
        Some((1, Field::Bytes(value))) => text(value),
        Some((3, Field::Number(value))) => value.cast_signed().to_string(),
        _ => panic!("the value of {key}"),
    };
    (key, value)
}
