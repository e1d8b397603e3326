//! Draws that are the same everywhere.

// By its file: as a dependency the testkit would bring a runtime and a database client into the tests of a crate that has neither.
#[allow(dead_code, reason = "others use the rest of it")]
#[path = "../../../testkit/src/draw.rs"]
mod splitmix;

pub use splitmix::Draw;

impl Draw {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}
