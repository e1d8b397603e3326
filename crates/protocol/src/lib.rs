//! Our wire: REST and WebSocket types, frames, error and close codes.
//!
//! Domain types are not serialized; this crate has its own shapes and writes them. Decimals travel as
//! strings at the market's fixed scale, times as integers in microseconds UTC.

pub mod binance;
pub mod code;
pub mod csv;
pub mod data;
pub mod deflate;
pub mod form;
pub mod frame;
pub mod json;
pub mod msgpack;
pub mod relayed;
pub mod rest;
pub mod sandbox;
pub mod schema;
pub mod stream;
pub mod ws;

pub use binance::FaceStream;
pub use code::{CloseCode, ErrorCode};
pub use data::DataFrame;
pub use form::{Dialect, Encoding, Form, FormSet};
pub use frame::FrameHead;
pub use stream::{BookDepth, BookInterval, Channel, StreamKey};
