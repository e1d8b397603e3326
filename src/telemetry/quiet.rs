//! What clients do wrong is no error of the server's: libraries below say it as one, and any client could fill the log.
//!
//! It is counted where the connection ends (`http_malformed_total`), and said there for who debugs.

use std::fmt::Write;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// What the HTTP library says as an error of a client's bytes: where, and how it begins.
const FAULTS: [(&str, &str); 5] = [
    ("actix_http::h1::dispatcher", "stream error: "),
    ("actix_http::h1::dispatcher", "write zero; closing"),
    ("actix_http::h1::decoder", "MAX_BUFFER_SIZE unprocessed data reached"),
    ("actix_http::ws::codec", "Unfinished fragment"),
    ("actix_http::ws::proto", "Attempted to convert invalid opcode"),
];

/// Leaves these out of every log.
pub struct ClientFaults;

impl<S: Subscriber> Layer<S> for ClientFaults {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let (level, target) = (event.metadata().level(), event.metadata().target());
        if *level != Level::ERROR || !FAULTS.iter().any(|(held, _)| *held == target) {
            return true;
        }
        let mut message = Message::default();
        event.record(&mut message);
        !FAULTS.iter().any(|(held, begin)| *held == target && message.0.starts_with(begin))
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    struct Counting(Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Counting {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn faults_of_clients_are_left_out_and_nothing_else() {
        let count = Arc::new(AtomicUsize::new(0));
        let subscriber = tracing_subscriber::registry().with(ClientFaults).with(Counting(count.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(target: "actix_http::h1::dispatcher", "stream error: {}", "bad bytes");
            tracing::error!(target: "actix_http::ws::codec", "Unfinished fragment Text");
            assert_eq!(count.load(Ordering::Relaxed), 0);
            tracing::error!(target: "actix_http::h1::dispatcher", "Upgrade handler error: x");
            tracing::warn!(target: "actix_http::h1::dispatcher", "stream error: x");
            tracing::error!("stream error: x");
            assert_eq!(count.load(Ordering::Relaxed), 3);
        });
    }
}
