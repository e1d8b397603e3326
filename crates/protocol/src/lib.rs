//! Our wire: REST and WebSocket types, frames, error and close codes.
//!
//! Domain types are not serialized; this crate has its own shapes and writes them. Decimals travel as
//! strings at the market's fixed scale, times as integers in microseconds UTC.

pub mod code;
pub mod frame;
pub mod json;
pub mod rest;
pub mod stream;
pub mod ws;

pub use code::{CloseCode, ErrorCode};
pub use frame::FrameHead;
pub use stream::{BookDepth, BookInterval, Channel, StreamKey};
