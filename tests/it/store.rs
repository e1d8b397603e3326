//! What reaches the store, and what does not get lost on the way: one file per kind of fault.

mod database;
mod recording;
