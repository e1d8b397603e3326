//! Learning the rules of the configured markets from their venue.

use marketd_domain::Instrument;
use tokio::sync::mpsc;

use super::backoff::Backoff;
use super::http::{HttpClient, HttpError};
use super::link::note_failure;
use super::{FeedSpec, Order};

/// What the venue answered to a question about some symbols.
enum Listing {
    Known(Vec<Instrument>),
    /// It refused the question as such: it does not know one of the symbols.
    Refused(String),
    /// It cannot be reached, or made no sense: ask again.
    Unavailable(String),
}

/// Asks the venue for the rules of the feed's instruments, until it answers or the feed is told to stop.
/// A symbol that it does not know stays as configured: subscribing to it will tell.
pub async fn learn_instruments(
    spec: &FeedSpec,
    orders: &mut mpsc::Receiver<Order>,
    backoff: &mut Backoff,
) -> Option<Vec<Instrument>> {
    let http = HttpClient::new(&spec.limits);
    let symbols: Vec<String> = spec.markets.iter().map(|(_, wanted)| wanted.symbol.clone()).collect();
    loop {
        let error = match ask_all(spec, &http, &symbols).await {
            Ok(listed) => return Some(complete(spec, &listed)),
            Err(error) => error,
        };
        let wait = backoff.next();
        tracing::warn!(feed = spec.name, error, "cannot learn the instruments, asking again");
        note_failure(spec, error);
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(deadline) => break,
                order = orders.recv() => if matches!(order, None | Some(Order::Stop)) { return None },
            }
        }
    }
}

/// Asks for all at once, and one by one where a venue refuses the lot because of one of them.
async fn ask_all(spec: &FeedSpec, http: &HttpClient, symbols: &[String]) -> Result<Vec<Instrument>, String> {
    match ask(spec, http, symbols).await {
        Listing::Known(listed) => return Ok(listed),
        Listing::Unavailable(error) => return Err(error),
        Listing::Refused(error) => {
            tracing::warn!(feed = spec.name, error, "the venue refused the list of instruments");
        }
    }
    let mut listed = Vec::new();
    for symbol in symbols.iter().filter(|_| symbols.len() > 1) {
        match ask(spec, http, std::slice::from_ref(symbol)).await {
            Listing::Known(found) => listed.extend(found),
            Listing::Unavailable(error) => return Err(error),
            Listing::Refused(error) => {
                tracing::warn!(feed = spec.name, symbol, error, "the venue does not know a symbol");
            }
        }
    }
    Ok(listed)
}

async fn ask(spec: &FeedSpec, http: &HttpClient, symbols: &[String]) -> Listing {
    let url = format!("{}{}", spec.rest_url, spec.venue.instruments_path(symbols));
    match http.get(&url).await {
        Ok(body) => match spec.venue.parse_instruments(&body) {
            Ok(listed) => Listing::Known(listed),
            Err(marketd_venues::DecodeError::Venue(error)) => Listing::Refused(error),
            Err(error) => Listing::Unavailable(error.to_string()),
        },
        Err(HttpError::Status { status: 400..=404, head, .. }) => Listing::Refused(head),
        Err(error) => Listing::Unavailable(error.to_string()),
    }
}

/// The configured instruments in their order, with the rules where they are known.
fn complete(spec: &FeedSpec, listed: &[Instrument]) -> Vec<Instrument> {
    (spec.markets.iter())
        .map(|(_, wanted)| {
            listed.iter().find(|found| found.symbol == wanted.symbol).unwrap_or(wanted).clone()
        })
        .collect()
}
