//! The frame around an event or a snapshot, in which damage shows.

use super::bytes::{CodecError, Coded, Reader};

/// What this program writes. 2: orders know the last match that self-trade prevention kept them from, lists and amendments have
/// names.
pub const VERSION: u16 = 2;

/// Length, checksum, version, kind and seq.
pub const HEADER_LEN: usize = 20;

/// No payload is larger: a snapshot of a million accounts is a tenth of it.
pub const PAYLOAD_LEN_MAX: usize = 1 << 30;

const CRC: crc::Crc<u32, crc::Table<16>> = crc::Crc::<u32, crc::Table<16>>::new(&crc::CRC_32_ISCSI);

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// An event; its seq is the event's.
    Event,
    /// The whole state after the event of this seq.
    Snapshot,
}

impl RecordKind {
    const ALL: [Self; 2] = [Self::Event, Self::Snapshot];

    const fn number(self) -> u16 {
        match self {
            Self::Event => 1,
            Self::Snapshot => 2,
        }
    }
}

/// A record whose checksum holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'b> {
    pub kind: RecordKind,
    pub version: u16,
    pub seq: u64,
    pub payload: &'b [u8],
}

impl Record<'_> {
    pub fn decode<T: Coded>(&self) -> Result<T, CodecError> {
        Reader::new(self.payload, self.version).whole()
    }
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DamagedRecord {
    /// At the end of a file this is what a crash leaves of a record that was being written, and that nobody was told of.
    #[error("the record is cut off")]
    CutOff,
    #[error("the record's checksum is wrong")]
    Checksum,
    #[error("the record's length {0} is out of range")]
    Length(u32),
    #[error("the record has version {0}, and this program knows up to {VERSION}")]
    Newer(u16),
    #[error("the record has the unknown kind {0}")]
    UnknownKind(u16),
    #[error("record {found} where {expected} comes next")]
    OutOfOrder { expected: u64, found: u64 },
}

/// Appends a record. `Err` when the payload is larger than any may be, and nothing is appended then.
pub fn write_record(
    out: &mut Vec<u8>,
    kind: RecordKind,
    seq: u64,
    value: &impl Coded,
) -> Result<(), CodecError> {
    let start = out.len();
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&kind.number().to_le_bytes());
    out.extend_from_slice(&seq.to_le_bytes());
    value.put(out);
    let length = out.len() - start - HEADER_LEN;
    let Some(length) = u32::try_from(length).ok().filter(|length| *length as usize <= PAYLOAD_LEN_MAX) else {
        out.truncate(start);
        return Err(CodecError::OutOfRange("a payload"));
    };
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    let checksum = checksum(length, &out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    Ok(())
}

fn checksum(length: u32, body: &[u8]) -> u32 {
    let mut digest = CRC.digest();
    digest.update(&length.to_le_bytes());
    digest.update(body);
    digest.finalize()
}

/// The first record of `bytes`, and what follows it.
pub fn read_record(bytes: &[u8]) -> Result<(Record<'_>, &[u8]), DamagedRecord> {
    let (header, rest) = bytes.split_at_checked(HEADER_LEN).ok_or(DamagedRecord::CutOff)?;
    let field = |from: usize| [header[from], header[from + 1], header[from + 2], header[from + 3]];
    let length = u32::from_le_bytes(field(0));
    if length as usize > PAYLOAD_LEN_MAX {
        return Err(DamagedRecord::Length(length));
    }
    let (payload, rest) = rest.split_at_checked(length as usize).ok_or(DamagedRecord::CutOff)?;
    let mut digest = CRC.digest();
    digest.update(&header[..4]);
    digest.update(&header[8..]);
    digest.update(payload);
    if digest.finalize() != u32::from_le_bytes(field(4)) {
        return Err(DamagedRecord::Checksum);
    }
    let version = u16::from_le_bytes([header[8], header[9]]);
    if version > VERSION || version == 0 {
        return Err(DamagedRecord::Newer(version));
    }
    let number = u16::from_le_bytes([header[10], header[11]]);
    let kind = RecordKind::ALL.into_iter().find(|kind| kind.number() == number);
    let kind = kind.ok_or(DamagedRecord::UnknownKind(number))?;
    let seq = u64::from(u32::from_le_bytes(field(16))) << 32 | u64::from(u32::from_le_bytes(field(12)));
    Ok((Record { kind, version, seq, payload }, rest))
}

/// The events of a journal, one after the other. It ends at the first damage, and says where.
#[derive(Debug, Clone)]
pub struct Records<'b> {
    rest: &'b [u8],
    next_seq: u64,
    offset: usize,
    is_done: bool,
}

impl<'b> Records<'b> {
    /// `next_seq` is what the first record's seq has to be.
    pub const fn new(bytes: &'b [u8], next_seq: u64) -> Self {
        Self { rest: bytes, next_seq, offset: 0, is_done: false }
    }

    fn read(&mut self) -> Result<Record<'b>, DamagedRecord> {
        let (record, rest) = read_record(self.rest)?;
        if record.seq != self.next_seq {
            return Err(DamagedRecord::OutOfOrder { expected: self.next_seq, found: record.seq });
        }
        self.offset += self.rest.len() - rest.len();
        self.rest = rest;
        self.next_seq += 1;
        Ok(record)
    }
}

impl<'b> Iterator for Records<'b> {
    /// Damage comes with the offset of the damaged record.
    type Item = Result<Record<'b>, (usize, DamagedRecord)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done || self.rest.is_empty() {
            return None;
        }
        let read = self.read().map_err(|damage| (self.offset, damage));
        self.is_done = read.is_err();
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Vec<u8> {
        let mut bytes = Vec::new();
        for seq in 7..10 {
            write_record(&mut bytes, RecordKind::Event, seq, &format!("event {seq}")).expect("short");
        }
        bytes
    }

    fn read(bytes: &[u8]) -> (Vec<u64>, Option<(usize, DamagedRecord)>) {
        let mut seqs = Vec::new();
        for record in Records::new(bytes, 7) {
            match record {
                Ok(record) => {
                    let said: String = record.decode().expect("a text");
                    assert_eq!(said, format!("event {}", record.seq));
                    seqs.push(record.seq);
                }
                Err(damage) => return (seqs, Some(damage)),
            }
        }
        (seqs, None)
    }

    #[test]
    fn a_record_has_its_bytes() {
        let mut bytes = Vec::new();
        write_record(&mut bytes, RecordKind::Snapshot, 0x0102_0304_0506_0708, &5u64).expect("short");
        assert_eq!(bytes[..4], [1, 0, 0, 0]);
        assert_eq!(bytes[8..], [2, 0, 2, 0, 8, 7, 6, 5, 4, 3, 2, 1, 5]);
        let (record, rest) = read_record(&bytes).expect("intact");
        assert_eq!((record.kind, record.seq, rest), (RecordKind::Snapshot, 0x0102_0304_0506_0708, &[][..]));
        assert_eq!(CRC.checksum(b"123456789"), 0xe306_9283, "CRC-32C");
    }

    #[test]
    fn every_cut_shows_and_what_is_before_it_stands() {
        let bytes = journal();
        let length = bytes.len() / 3;
        assert_eq!(read(&bytes), (vec![7, 8, 9], None));
        for cut in 0..bytes.len() {
            let (seqs, damage) = read(&bytes[..cut]);
            assert_eq!(seqs.len(), cut / length, "cut at {cut}");
            let expected = (cut % length != 0).then_some((cut / length * length, DamagedRecord::CutOff));
            assert_eq!(damage, expected, "cut at {cut}");
        }
    }

    #[test]
    fn every_flipped_bit_shows_in_its_record() {
        let bytes = journal();
        let length = bytes.len() / 3;
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let (seqs, damage) = read(&damaged);
            let record = bit / 8 / length;
            assert_eq!(seqs.len(), record, "bit {bit}");
            assert_eq!(damage.map(|(offset, _)| offset), Some(record * length), "bit {bit}");
        }
    }

    #[test]
    fn records_are_neither_missing_nor_newer() {
        let bytes = journal();
        let length = bytes.len() / 3;
        let without_second = [&bytes[..length], &bytes[2 * length..]].concat();
        let expected = DamagedRecord::OutOfOrder { expected: 8, found: 9 };
        assert_eq!(read(&without_second), (vec![7], Some((length, expected))));
        let mut newer = bytes[..length].to_vec();
        newer[8] = VERSION as u8 + 1;
        let checksum = checksum(newer.len() as u32 - HEADER_LEN as u32, &newer[8..]);
        newer[4..8].copy_from_slice(&checksum.to_le_bytes());
        assert_eq!(read(&newer), (vec![], Some((0, DamagedRecord::Newer(VERSION + 1)))));
    }
}
