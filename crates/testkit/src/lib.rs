//! What the tests of marketd stand on: a scripted venue on a real socket, recordings played into it with faults,
//! private database servers, and the paths of the recorded data. A dev-dependency only.
//!
//! The venue is a real TCP server, not a mock trait, so what is tested is the feed as it ships: its handshake, its
//! deadlines, its caps and its reconnects. It runs as tasks of the test's own tokio runtime. Do not pause the clock in
//! a test that uses it: paused time jumps ahead whenever the runtime waits for a socket.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use std::time::Duration;
//! use marketd_testkit::{BinanceScript, ScriptedVenue};
//!
//! let venue = ScriptedVenue::start().await?;
//! let script = BinanceScript::new("BTCUSDT").shared();
//! BinanceScript::serve(&script, &venue);
//! // ... start the feed under test with venue.ws_url() and venue.rest_url() ...
//! let conn = venue.accept(Duration::from_secs(5)).await?;
//! let (first, lost, second) = {
//!     let mut script = script.lock().expect("no test panics while it holds the script");
//!     (script.tick(), script.tick(), script.tick())
//! };
//! conn.send_text(first).await?;
//! drop(lost); // a gap
//! conn.send_text(second).await?;
//! # Ok(())
//! # }
//! ```

mod binance;
mod binance_book;
mod conn;
mod data;
mod draw;
mod http;
mod player;
mod proxy;
mod recording;
pub mod services;
mod venue;
pub mod wire;

pub use binance::{BinanceScript, SharedScript};
pub use binance_book::BinanceBook;
pub use conn::{Inbound, VenueConn};
pub use data::{shared_data, testdata, wait_until};
pub use draw::Draw;
pub use http::{HttpRequest, HttpResponse};
pub use player::{Played, Player, Speed};
pub use proxy::Proxy;
pub use recording::{Line, Recording};
pub use venue::ScriptedVenue;
