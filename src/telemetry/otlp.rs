//! Spans as the bytes of an `ExportTraceServiceRequest` (OTLP 1, protobuf), and what a collector answers.
//!
//! Written by hand: seven messages with some twenty fields, whose numbers never change. Generated code for them would come with an
//! SDK, a second HTTP client and a second TLS library (ADR 0015). The tests read these bytes with the generated code.

use marketd_actors::traces::{Span, Value};

/// What all spans of this process have in common.
#[derive(Debug, Clone)]
pub struct Resource {
    pub service_name: String,
    pub version: &'static str,
    /// Tells this process from others of the same service.
    pub instance: String,
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;
/// `STATUS_CODE_ERROR`
const ERROR: u64 = 2;

/// A request with these spans.
pub fn encode(resource: &Resource, spans: &[Span]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + 320 * spans.len());
    let Resource { service_name, version, instance } = resource;
    let attributes = [
        ("service.name", Value::from(service_name.clone())),
        ("service.version", Value::from(*version)),
        ("service.instance.id", Value::from(instance.clone())),
    ];
    message(&mut out, 1, |resource_spans| {
        message(resource_spans, 1, |resource| {
            for (key, value) in &attributes {
                message(resource, 1, |pair| push_attribute(pair, key, value));
            }
        });
        message(resource_spans, 2, |scope_spans| {
            message(scope_spans, 1, |scope| {
                bytes(scope, 1, b"marketd");
                bytes(scope, 2, version.as_bytes());
            });
            for span in spans {
                message(scope_spans, 2, |out| push_span(out, span));
            }
        });
    });
    out
}

fn push_span(out: &mut Vec<u8>, span: &Span) {
    bytes(out, 1, &span.trace.0.to_be_bytes());
    bytes(out, 2, &span.span.to_be_bytes());
    if span.parent != 0 {
        bytes(out, 4, &span.parent.to_be_bytes());
    }
    bytes(out, 5, span.name.as_bytes());
    number(out, 6, span.kind as u64);
    fixed(out, 7, span.start.nanos().unsigned_abs());
    fixed(out, 8, span.end.nanos().unsigned_abs());
    for (key, value) in &span.attributes {
        message(out, 9, |pair| push_attribute(pair, key, value));
    }
    if span.is_error {
        message(out, 15, |status| number(status, 3, ERROR));
    }
}

fn push_attribute(out: &mut Vec<u8>, key: &str, value: &Value) {
    bytes(out, 1, key.as_bytes());
    message(out, 2, |any| match value {
        Value::Text(text) => bytes(any, 1, text.as_bytes()),
        Value::Number(value) => number(any, 3, value.cast_unsigned()),
    });
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn tag(out: &mut Vec<u8>, field: u32, kind: u32) {
    varint(out, u64::from(field << 3 | kind));
}

fn number(out: &mut Vec<u8>, field: u32, value: u64) {
    tag(out, field, VARINT);
    varint(out, value);
}

fn fixed(out: &mut Vec<u8>, field: u32, value: u64) {
    tag(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    tag(out, field, BYTES);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn message(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    bytes(out, field, &inner);
}

/// How many spans of a batch a collector has refused, by its answer. What cannot be read says nothing.
pub fn rejected(answer: &[u8]) -> u64 {
    let partial_success = field(answer, 1).and_then(|found| match found {
        Found::Bytes(bytes) => field(bytes, 1),
        Found::Number(_) => None,
    });
    match partial_success {
        // An `int64`: below zero it is nonsense.
        Some(Found::Number(rejected)) if rejected.cast_signed() > 0 => rejected,
        _ => 0,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The first field of this number, if the message can be read up to there.
fn field(mut message: &[u8], wanted: u64) -> Option<Found<'_>> {
    while !message.is_empty() {
        let tag = take_varint(&mut message)?;
        let found = match (tag & 7) as u32 {
            VARINT => Found::Number(take_varint(&mut message)?),
            FIXED64 => Found::Bytes(message.split_off(..8)?),
            BYTES => {
                let length = usize::try_from(take_varint(&mut message)?).ok()?;
                Found::Bytes(message.split_off(..length)?)
            }
            5 => Found::Bytes(message.split_off(..4)?),
            _ => return None,
        };
        if tag >> 3 == wanted {
            return Some(found);
        }
    }
    None
}

fn take_varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *message.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use marketd_actors::traces::{SpanKind, TraceNo};
    use marketd_domain::Timestamp;

    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 0x7f, 0x80, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            varint(&mut out, value);
            let mut read = out.as_slice();
            assert_eq!((take_varint(&mut read), read), (Some(value), &[][..]));
        }
    }

    const REQUEST: &str = "\
        0ad6020a620a190a0c736572766963652e6e616d6512090a076d61726b6574640a1a0a0f736572766963652e76657273\
        696f6e12070a05302e312e300a290a13736572766963652e696e7374616e63652e696412120a10303030303030303030\
        3030303030666612ef010a100a076d61726b6574641205302e312e30126b0a104bf92f3577b34da6a3ce929d0e0e4736\
        120800f067aa0ba902b72a13504f5354202f6170692f76312f6f72646572733002390100f6d559e6e9184190d0f9d559\
        e6e9184a200a19687474702e726573706f6e73652e7374617475735f636f6465120318f4037a021802126e0a104bf92f\
        3577b34da6a3ce929d0e0e47361208b7ad6b7169203331220800f067aa0ba902b72a0e73616e64626f782e7375626d69\
        743001390100f6d559e6e9184190d0f9d559e6e9184a0c0a047465787412040a02c3a94a140a0562656c6f77120b18ff\
        ffffffffffffffff01";
    const ANSWER: &str = "\
        0a1708111213746f6f206d616e792061747472696275746573";

    /// The bytes are those that the code generated from the standard's own files makes of the same request and answer
    /// (opentelemetry-proto 0.33.1). It is not a dependency of the tests: it would have all of them built with other features.
    #[test]
    fn the_bytes_are_those_of_generated_code() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let resource = Resource {
            service_name: "marketd".to_owned(),
            version: "0.1.0",
            instance: "00000000000000ff".to_owned(),
        };
        let request = Span {
            trace: TraceNo(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736),
            span: 0x00f0_67aa_0ba9_02b7,
            parent: 0,
            name: "POST /api/v1/orders".into(),
            kind: SpanKind::Server,
            start: Timestamp::from_nanos(1_795_219_200_000_000_001),
            end: Timestamp::from_nanos(1_795_219_200_000_250_000),
            is_error: true,
            attributes: vec![("http.response.status_code", Value::Number(500))],
        };
        let submit = Span {
            span: 0xb7ad_6b71_6920_3331,
            parent: request.span,
            name: "sandbox.submit".into(),
            kind: SpanKind::Internal,
            is_error: false,
            attributes: vec![("text", Value::from("\u{e9}")), ("below", Value::Number(-1))],
            ..request.clone()
        };
        assert_eq!(hex(&encode(&resource, &[request, submit])), REQUEST);
        let answer: Vec<u8> = (0..ANSWER.len() / 2)
            .map(|at| u8::from_str_radix(&ANSWER[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect();
        assert_eq!(rejected(&answer), 17);
    }

    #[test]
    fn refused_spans_are_told_by_the_answer() {
        let mut answer = Vec::new();
        message(&mut answer, 1, |partial| {
            number(partial, 1, 17);
            bytes(partial, 2, b"too many attributes");
        });
        assert_eq!(rejected(&answer), 17);
        for cut in 0..answer.len() {
            assert_eq!(rejected(&answer[..cut]), 0, "cut off at {cut}");
        }
        for nonsense in [
            &b"<html>busy</html>"[..],
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x08\x05",
            b"{}",
        ] {
            assert_eq!(rejected(nonsense), 0, "{nonsense:?}");
        }
    }
}
