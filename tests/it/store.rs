//! What reaches the store, and what does not get lost on the way: one file per kind of fault.

mod away;
mod broken_disk;
mod crash;
pub mod database;
mod files;
mod load;
mod recording;
mod refusing;
mod slow;
mod spool;
mod tape;
