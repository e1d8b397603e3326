//! Venues: bytes to domain and back. No sockets here: a session takes what arrived and says what to
//! send, so that a live connection, a recording and a test drive the same code.

pub mod binance;
pub mod bitstamp;
pub mod bybit;
pub mod catalog;
pub mod coinbase;
pub mod container;
pub mod error;
pub mod json;
pub mod kraken;
pub mod levels;
pub mod okx;
pub mod pacing;
pub mod replay;
pub mod session;
pub mod sim;
pub mod symbols;
pub mod table;
pub mod tape;

pub use catalog::{Venue, venue_named};
pub use error::DecodeError;
pub use session::{Action, ConnId, Io, LastTrade, SessionConfig, VenueSession};
