//! Bytes of ours in Redis, sealed: who reads them can tell that they are ours, whole, and of a layout that is known.
//!
//! Each begins with `MB1` and a letter, and holds a CRC32 of everything else. Numbers are big-endian. The scripts look
//! at the beginnings, so a change here is a change there, and a new number in the place of the 1.
//!
//! | what | after the letter |
//! |---|---|
//! | snapshot `s` | epoch (8), seq (8), ttl in ms (8), crc (4), the bytes |
//! | claim `p` (in flight) or `d` (done) | nonce (16), request hash (32), crc (4), the answer |
//! | frame `f` | publisher (8), number (8), crc (4), the bytes |

use std::time::Duration;

use bytes::Bytes;

use crate::types::{Nonce, RequestHash, Snapshot, Tag};

const MAGIC: &[u8; 3] = b"MB1";
const CRC: usize = 4;

pub(crate) const SNAPSHOT_HEAD: usize = 4 + 24 + CRC;
pub(crate) const CLAIM_HEAD: usize = 4 + 48 + CRC;
pub(crate) const FRAME_HEAD: usize = 4 + 16 + CRC;

/// The letter, the fields and the bytes, with the checksum between them.
fn seal(letter: u8, fields: &[&[u8]], body: &[u8]) -> Vec<u8> {
    let length = fields.iter().map(|field| field.len()).sum::<usize>() + body.len();
    let mut sealed = Vec::with_capacity(4 + length + CRC);
    sealed.extend_from_slice(MAGIC);
    sealed.push(letter);
    fields.iter().for_each(|field| sealed.extend_from_slice(field));
    let crc = checksum(&sealed, body);
    sealed.extend_from_slice(&crc.to_be_bytes());
    sealed.extend_from_slice(body);
    sealed
}

/// The letter, the fields and the body of what [`seal`] made with a head of this length.
fn unseal(sealed: &Bytes, head: usize) -> Option<(u8, &[u8], Bytes)> {
    let (begin, body) = sealed.split_at_checked(head)?;
    let (fields, crc) = begin.split_at(head - CRC);
    let is_whole = fields.starts_with(MAGIC) && crc == checksum(fields, body).to_be_bytes();
    is_whole.then(|| (fields[3], &fields[4..], sealed.slice(head..)))
}

fn checksum(fields: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(fields);
    hasher.update(body);
    hasher.finalize()
}

fn number(fields: &[u8], at: usize) -> u64 {
    let bytes = fields[at..].first_chunk().expect("the head's length was checked");
    u64::from_be_bytes(*bytes)
}

pub(crate) fn seal_snapshot(snapshot: &Snapshot, ttl: Duration) -> Vec<u8> {
    let Tag { epoch, seq } = snapshot.tag;
    let fields = [epoch, seq, millis(ttl)].map(u64::to_be_bytes);
    seal(b's', &[&fields[0], &fields[1], &fields[2]], &snapshot.bytes)
}

pub(crate) fn unseal_snapshot(sealed: &Bytes) -> Option<(Snapshot, Duration)> {
    let (letter, fields, bytes) = unseal(sealed, SNAPSHOT_HEAD)?;
    let tag = Tag { epoch: number(fields, 0), seq: number(fields, 8) };
    (letter == b's').then(|| (Snapshot { tag, bytes }, Duration::from_millis(number(fields, 16))))
}

/// An idempotency key's state in Redis.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SealedClaim {
    pub nonce: Nonce,
    pub request: RequestHash,
    /// `None` while in flight.
    pub response: Option<Bytes>,
}

pub(crate) fn seal_claim(nonce: &Nonce, request: &RequestHash, response: Option<&[u8]>) -> Vec<u8> {
    let letter = if response.is_some() { b'd' } else { b'p' };
    seal(letter, &[nonce, &request.0], response.unwrap_or_default())
}

pub(crate) fn unseal_claim(sealed: &Bytes) -> Option<SealedClaim> {
    let (letter, fields, body) = unseal(sealed, CLAIM_HEAD)?;
    let (nonce, request) = fields.split_at(16);
    let claim = SealedClaim {
        nonce: nonce.try_into().ok()?,
        request: RequestHash(request.try_into().ok()?),
        response: (letter == b'd').then_some(body),
    };
    matches!(letter, b'p' | b'd').then_some(claim)
}

pub(crate) struct SealedFrame {
    pub publisher: u64,
    pub seq: u64,
    pub bytes: Bytes,
}

pub(crate) fn seal_frame(publisher: u64, seq: u64, bytes: &[u8]) -> Vec<u8> {
    seal(b'f', &[&publisher.to_be_bytes(), &seq.to_be_bytes()], bytes)
}

pub(crate) fn unseal_frame(sealed: &Bytes) -> Option<SealedFrame> {
    let (letter, fields, bytes) = unseal(sealed, FRAME_HEAD)?;
    (letter == b'f').then(|| SealedFrame { publisher: number(fields, 0), seq: number(fields, 8), bytes })
}

/// Whole milliseconds, at least one: Redis takes no time to live of zero.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_comes_back() {
        let snapshot = Snapshot { tag: Tag { epoch: u64::MAX, seq: 7 }, bytes: Bytes::from_static(b"book") };
        let ttl = Duration::from_secs(10);
        let sealed = Bytes::from(seal_snapshot(&snapshot, ttl));
        assert_eq!(sealed.len(), SNAPSHOT_HEAD + 4);
        assert_eq!(unseal_snapshot(&sealed), Some((snapshot, ttl)));
        let (nonce, request) = ([3; 16], RequestHash([4; 32]));
        for response in [None, Some(Bytes::new()), Some(Bytes::from_static(b"yes"))] {
            let sealed = Bytes::from(seal_claim(&nonce, &request, response.as_deref()));
            assert_eq!(unseal_claim(&sealed), Some(SealedClaim { nonce, request, response }));
        }
        let frame = unseal_frame(&seal_frame(5, 6, b"frame").into()).expect("ours");
        assert_eq!((frame.publisher, frame.seq, &frame.bytes[..]), (5, 6, &b"frame"[..]));
    }

    #[test]
    fn what_is_changed_cut_or_another_kind_is_not_taken() {
        let snapshot =
            Snapshot { tag: Tag { epoch: 1, seq: 2 }, bytes: Bytes::from_static(b"a book of levels") };
        let sealed = seal_snapshot(&snapshot, Duration::from_secs(1));
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(unseal_snapshot(&changed.into()), None, "bit {bit} of byte {at}");
            }
            assert_eq!(unseal_snapshot(&Bytes::copy_from_slice(&sealed[..at])), None, "cut at {at}");
        }
        let frame = Bytes::from(seal_frame(1, 2, &[0; 64]));
        assert!(unseal_snapshot(&frame).is_none() && unseal_claim(&frame).is_none());
        assert!(unseal_frame(&Bytes::from_static(b"")).is_none());
    }
}
