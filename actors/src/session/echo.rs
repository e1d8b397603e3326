//! The echo: what conformance suites talk to.
//!
//! It differs from a session of markets in the last step alone. Handshake, guard, codec, assembly,
//! limits and closing are those of every session, so what the suite proves holds for all.

use bytes::Bytes;

use super::{Ctx, Session};

/// What a session does with whole messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Markets,
    Echo,
    /// The streams of Binance's clients.
    Face,
    /// Whatever somebody else makes of it.
    Door,
}

impl Session {
    /// This context is polled only while the socket takes bytes, so we read no more of a client that does
    /// not read its echo: what waits to go back is what one poll has read.
    #[allow(clippy::disallowed_methods, reason = "as much as the client sent, never market data")]
    pub(super) fn echo_text(text: &str, ctx: &mut Ctx) {
        ctx.text(text);
    }

    #[allow(clippy::disallowed_methods, reason = "as much as the client sent, never market data")]
    pub(super) fn echo_binary(bytes: Bytes, ctx: &mut Ctx) {
        ctx.binary(bytes);
    }
}
