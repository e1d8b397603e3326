//! What happened, as bytes: records of events and snapshots of state, for a journal that outlives the process.
//!
//! A record is `length u32 | crc32c u32 | version u16 | kind u16 | seq u64 | payload`, integers little-endian, the
//! checksum over everything but itself. Payloads are fields in a fixed order: see [`Coded`].
//!
//! The rule for versions: a reader understands every version up to its own, for ever, and refuses newer ones and
//! kinds it does not know. Nothing is skipped: what a journal of money says and its reader does not understand would be
//! missing from the state. A field is added at the end of its struct together with a new version, and read only from records
//! that have it; a variant is added with a new number; numbers and fields are never reused.

mod bytes;
mod record;
mod values;

pub use bytes::{CodecError, Coded, Reader};
pub(crate) use bytes::{coded_enum, coded_struct};
pub use record::{
    DamagedRecord, HEADER_LEN, PAYLOAD_LEN_MAX, Record, RecordKind, Records, VERSION, read_record,
    write_record,
};

use core::fmt;

use sha2::{Digest, Sha256};

/// SHA-256 of a state's encoding: equal states have equal hashes, wherever and however they came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateHash([u8; 32]);

impl StateHash {
    pub fn of(state: &impl Coded) -> Self {
        let mut bytes = Vec::new();
        state.put(&mut bytes);
        Self(Sha256::digest(&bytes).into())
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
