//! The contract between a venue's codec and whoever drives it.

use marketd_domain::{Instrument, MarketIndex, StaleReason, Timestamp, UpdateSink};

use crate::error::DecodeError;

/// One WebSocket connection, numbered by the driver. A session learns of each by `on_open`.
pub type ConnId = u32;

/// What a session wants done. The live feed does it; a replay ignores it, since the recording holds
/// what was done at the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send a text frame.
    Send { conn: ConnId, text: String },
    /// GET this path (with query) below the venue's REST base, and hand the answer to `on_http`.
    /// Asking again for a path that is under way is the session's mistake, not the driver's.
    Get { path: String },
    /// Close this connection and open another.
    Reconnect { conn: ConnId, reason: StaleReason },
}

/// Where a session's results go.
pub struct Io<'a> {
    pub updates: &'a mut dyn UpdateSink,
    pub actions: &'a mut Vec<Action>,
}

#[derive(Debug, Clone, Default)]
pub struct SessionConfig {
    /// The markets to carry, in the order of their [`MarketIndex`].
    pub instruments: Vec<Instrument>,
    /// Also take markets that are not listed above but appear in the data (recordings).
    pub discover: bool,
}

/// The last trade that a market holds from before a session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastTrade {
    pub trade_id: u64,
    pub ts_venue: Timestamp,
}

/// The state machine of one venue: sequencing, snapshots, subscriptions. It has no clock and no
/// socket; `now` is the receive time of what is handed in.
///
/// An `Err` from `on_message` or `on_http` means: the message was dropped and nothing was applied.
pub trait VenueSession: Send {
    /// The tape goes on behind this trade: what follows it and does not come live is to be fetched, where the venue
    /// gives past trades. Said before the first connection.
    fn resume_tape(&mut self, _market: MarketIndex, _last: LastTrade) {}
    /// A connection is open: subscribe. `url` is what was connected to.
    fn on_open(&mut self, conn: ConnId, url: &str, now: Timestamp, io: &mut Io<'_>);
    /// A text frame that we sent ourselves, met in a recording. Most venues need nothing from it.
    fn on_sent(&mut self, _conn: ConnId, _text: &[u8], _io: &mut Io<'_>) {}
    /// A text frame arrived.
    fn on_message(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError>;
    /// The answer to a GET; `url` may be absolute (recordings) or just the path that was asked for.
    fn on_http(&mut self, url: &str, body: &[u8], now: Timestamp, io: &mut Io<'_>)
    -> Result<(), DecodeError>;
    /// A GET failed (refused, timed out, not 2xx). The session decides when to ask again.
    fn on_http_failed(&mut self, url: &str, now: Timestamp, io: &mut Io<'_>);
    /// The connection is gone: mark its markets stale.
    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>);
    /// About once a second: pings, retries, timeouts.
    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>);
    /// The market found its book in doubt (checksum, crossed, overloaded): get a new snapshot.
    fn resync(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp, io: &mut Io<'_>);
    /// Nothing more will come (end of a recording): release what is held back.
    fn finish(&mut self, now: Timestamp, io: &mut Io<'_>);
}
