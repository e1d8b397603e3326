//! Compression on the wire, against the examples of the RFC, another implementation, and random bytes.

use marketd_protocol::Encoding;
use marketd_protocol::deflate::{Deflater, Inflate, InflateError, InflateLimits, Inflater};
use proptest::prelude::*;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const LIMITS: InflateLimits = InflateLimits { message_bytes: 4_096, fragments: 8 };

/// A client's frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    masked(first, MASK, payload)
}

fn masked(first: u8, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut frame = match payload.len() {
        length @ 0..126 => vec![first, 0x80 | length as u8],
        length => [&[first, 0x80 | 126][..], &(length as u16).to_be_bytes()].concat(),
    };
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]));
    frame
}

/// What comes out when the bytes come in pieces of these sizes, over and over.
fn inflated(bytes: &[u8], pieces: &[usize]) -> Result<Vec<u8>, (Vec<u8>, InflateError)> {
    let (mut inflate, mut inflater, mut out) = (Inflate::new(LIMITS), Inflater::new(), Vec::new());
    let (mut rest, mut sizes) = (bytes, pieces.iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().copied().unwrap_or(usize::MAX).clamp(1, rest.len());
        let (mut piece, after) = rest.split_at(size);
        while !piece.is_empty() {
            let before = out.len();
            let read = match inflate.take(&mut inflater, piece, &mut out) {
                Ok(read) => read,
                Err(error) => return Err((out, error)),
            };
            assert!(read > 0, "it stands still");
            assert!(out.len() - before <= LIMITS.message_bytes + 14 + read, "it grew by more than a message");
            piece = &piece[read..];
        }
        rest = after;
    }
    Ok(out)
}

/// Payloads of the plain frames in `bytes` with their first bytes; their masks have to be right.
fn read_plain(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [first, second, rest @ ..] = bytes {
        assert!(second & 0x80 != 0, "a client's frames have a mask");
        let (length, rest) = match second & 0x7f {
            126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
            127 => panic!("longer than these tests have"),
            short => (usize::from(short), rest),
        };
        let (mask, rest) = rest.split_at(4);
        let payload = rest[..length].iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
        frames.push((*first, payload));
        bytes = &rest[length..];
    }
    assert!(bytes.is_empty());
    frames
}

#[track_caller]
fn check(bytes: &[u8], expected: &[(u8, &[u8])]) {
    let expected: Vec<(u8, Vec<u8>)> =
        expected.iter().map(|(first, payload)| (*first, payload.to_vec())).collect();
    for pieces in [&[][..], &[1], &[2], &[3, 1, 7]] {
        let out = inflated(bytes, pieces).expect("valid");
        assert_eq!(read_plain(&out), expected, "in pieces of {pieces:?}");
    }
}

#[track_caller]
fn refused(bytes: &[u8]) -> InflateError {
    let (_, whole) = inflated(bytes, &[]).expect_err("it should be refused");
    let (_, bytewise) = inflated(bytes, &[1]).expect_err("it should be refused in pieces too");
    assert_eq!(whole, bytewise);
    whole
}

fn is_protocol(error: InflateError) -> bool {
    matches!(error, InflateError::Protocol(_))
}

/// RFC 7692, 7.2.3.1 to 7.2.3.6. Each message is compressed alone here.
#[test]
fn the_examples_of_the_rfc_are_read() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    check(&frame(0xc1, &hello), &[(0x81, b"Hello")]);
    check(&[frame(0x41, &hello[..3]), frame(0x80, &hello[3..])].concat(), &[(0x81, b"Hello")]);
    let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    check(&frame(0xc1, &stored), &[(0x81, b"Hello")]);
    let last_block = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    check(&frame(0xc1, &last_block), &[(0x81, b"Hello")]);
    let two_blocks = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    check(&frame(0xc1, &two_blocks), &[(0x81, b"Hello")]);
    check(&frame(0xc2, &[0x00]), &[(0x82, b"")]);
    // 7.2.3.2: the second message leans on the first, which we have the client not do.
    let leaning = [0xf2, 0x00, 0x11, 0x00, 0x00];
    assert_eq!(refused(&[frame(0xc1, &hello), frame(0xc1, &leaning)].concat()), InflateError::BadData);
}

/// Made by Python's `websockets` 17.4 as a client without context takeover.
#[test]
fn what_another_implementation_sends_is_read() {
    let text = br#"{"op":"subscribe","id":1,"channel":"book","markets":["binance:BTC-USDT","binance:ETH-USDT"],"depth":10}"#;
    let whole = unhex(concat!(
        "c1db37fa213d9daceb126748731719b70b7319306d77622870f77bab930fe3ab6bf37f36ea76fafb6b1bd21d46",
        "3ef28932b685a96ab7a25683a8a5c8d22fc4687290abb8bd4874797c7fb748111ce0ea2eb56756af6f7d906074",
        "312a11be6dfa21",
    ));
    check(&whole, &[(0x81, text)]);
    let fragmented = unhex(concat!(
        "41ad37fa213d9daceb126748731719b70b7319306d77622870f77bab930fe3ab6bf37f36ea76fafb6b1bd21d46",
        "3e37fa21c2c8898237fa213d5f9300a337fa213d3570c61b219f86ab23d178781cdf44db121c049a6dc3a405dc",
        "7c2786b3fa213d3705de809737fa213d3530e3b96bb91d1d754b1b771e5324182ebae2315dfb21",
    ));
    check(&fragmented, &[(0x89, b"hi"), (0x81, text)]);
    check(&unhex("c18137fa213d37"), &[(0x81, b"")]);
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}

#[test]
fn plain_and_compressed_messages_stand_side_by_side() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let bytes = [
        frame(0x81, b"first"),
        frame(0xc1, &hello),
        frame(0x01, b"in "),
        frame(0x89, b"ping"),
        frame(0x80, b"pieces"),
        frame(0x42, &hello[..2]),
        frame(0x8a, b""),
        frame(0x00, b""),
        frame(0x88, &[0x03, 0xe8]),
        frame(0x80, &hello[2..]),
        frame(0x82, &[b'x'; 300]),
    ]
    .concat();
    let expected: &[(u8, &[u8])] = &[
        (0x81, b"first"),
        (0x81, b"Hello"),
        (0x01, b"in "),
        (0x89, b"ping"),
        (0x80, b"pieces"),
        (0x8a, b""),
        (0x88, &[0x03, 0xe8]),
        (0x82, b"Hello"),
        (0x82, &[b'x'; 300]),
    ];
    check(&bytes, expected);
}

#[test]
fn what_breaks_the_rules_of_frames_is_refused() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    for (name, bytes) in [
        ("a compressed ping", frame(0xc9, &hello)),
        ("a compressed close", frame(0xc8, &hello)),
        ("a continuation of nothing", frame(0x80, b"x")),
        ("a compressed continuation", [frame(0x41, &hello[..3]), frame(0xc0, &hello[3..])].concat()),
        ("a compressed continuation of a plain one", [frame(0x01, b"a"), frame(0xc0, &hello)].concat()),
        ("a message within a compressed one", [frame(0x41, &hello[..3]), frame(0x81, b"x")].concat()),
        ("a compressed one within a plain one", [frame(0x01, b"a"), frame(0xc1, &hello)].concat()),
        ("the second reserved bit", frame(0xa1, b"x")),
        ("the third reserved bit", frame(0xd1, &hello)),
        ("no mask", vec![0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]),
    ] {
        let error = refused(&bytes);
        assert!(is_protocol(error), "{name}: {error}");
        assert_eq!(error.close_code().code, 1002);
    }
    for (name, payload) in [
        ("no such block", &[0x06, 0x00][..]),
        ("a length that is not its complement", &[0x00, 0x05, 0x00, 0x00, 0x00]),
    ] {
        assert_eq!(refused(&frame(0xc1, payload)), InflateError::BadData, "{name}");
    }
    assert_eq!(InflateError::BadData.close_code().code, 1002);
    assert_eq!(InflateError::TooLarge.close_code().code, 1009);
}

/// The payload of a frame that the server would send.
fn deflated(payload: &[u8]) -> Vec<u8> {
    let frame = Deflater::new().frame(Encoding::Json, payload).expect("it shrinks");
    let header = match frame[1] {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    frame[header..].to_vec()
}

#[test]
fn messages_are_held_to_the_limit_compressed_and_inflated() {
    let allowed = vec![b'x'; LIMITS.message_bytes];
    check(&frame(0xc1, &deflated(&allowed)), &[(0x81, &allowed)]);
    let one_more = vec![b'x'; LIMITS.message_bytes + 1];
    assert_eq!(refused(&frame(0xc1, &deflated(&one_more))), InflateError::TooLarge);
    let bomb = deflated(&vec![0; 300_000]);
    assert!(bomb.len() < LIMITS.message_bytes, "the bomb itself is small: {}", bomb.len());
    assert_eq!(refused(&frame(0xc1, &bomb)), InflateError::TooLarge);
    // Fragments that are too much together end it with the head of the last, before its bytes.
    let half = vec![0; LIMITS.message_bytes / 2 + 1];
    let announced = &frame(0x00, &half)[..8];
    assert_eq!(refused(&[&frame(0x41, &half)[..], announced].concat()), InflateError::TooLarge);
    let endless: Vec<u8> = std::iter::once(frame(0x41, b""))
        .chain(std::iter::repeat_n(frame(0x00, b""), LIMITS.fragments))
        .flatten()
        .collect();
    assert_eq!(refused(&endless), InflateError::TooLarge);
}

/// Bytes that look enough like frames to get somewhere, or none at all.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let first =
        prop::sample::select(vec![0xc1u8, 0xc2, 0x41, 0x42, 0x81, 0x01, 0x00, 0x80, 0x89, 0x88, 0xc0]);
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(0u8..4, 0..200),
        Just(deflated(&[b'x'; 4_000])),
        Just(deflated(&[b'x'; 5_000])),
    ];
    let one =
        (first, any::<[u8; 4]>(), payload).prop_map(|(first, mask, payload)| masked(first, mask, &payload));
    prop_oneof![
        prop::collection::vec(one, 0..12).prop_map(|frames| frames.concat()),
        prop::collection::vec(any::<u8>(), 0..300),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Never a panic, never more than is allowed (`inflated` looks), and the cuts do not matter.
    #[test]
    fn any_cut_of_any_bytes_gives_the_same(bytes in noise(), pieces in prop::collection::vec(1usize..50, 1..6)) {
        let (whole, cut) = (inflated(&bytes, &[]), inflated(&bytes, &pieces));
        match (whole, cut) {
            (Ok(whole), Ok(cut)) => prop_assert_eq!(whole, cut),
            (Err((whole, error)), Err((cut, cut_error))) => {
                prop_assert_eq!(error, cut_error);
                prop_assert_eq!(whole, cut);
            }
            (whole, cut) => prop_assert!(false, "{whole:?} but {cut:?}"),
        }
    }

    /// What the server compresses comes back, whole or in fragments.
    #[test]
    fn a_round_trip_brings_the_same(
        words in prop::collection::vec(any::<u8>(), 1..60),
        times in 5usize..60,
        cut in 0usize..200,
        pieces in prop::collection::vec(1usize..50, 1..6),
    ) {
        let payload = words.repeat(times);
        prop_assume!(payload.len() >= 256 && payload.len() <= LIMITS.message_bytes);
        let compressed = Deflater::new().frame(Encoding::Json, &payload);
        prop_assume!(compressed.is_some());
        let compressed = deflated(&payload);
        let (first, last) = compressed.split_at(cut.min(compressed.len()));
        let bytes = [frame(0x42, first), frame(0x80, last), frame(0xc1, &compressed)].concat();
        let out = inflated(&bytes, &pieces).expect("valid");
        prop_assert_eq!(read_plain(&out), vec![(0x82, payload.clone()), (0x81, payload)]);
    }
}
