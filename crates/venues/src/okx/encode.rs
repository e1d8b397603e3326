//! What we send to OKX, and its names for things.

use marketd_domain::Instrument;

/// OKX refuses subscribe requests of more than 64 KiB; this many markets stay far below.
const MARKETS_PER_REQUEST: usize = 100;

/// The public channel with the whole depth, 400 levels a side, every 100 ms. The faster ones need an
/// account of a certain standing.
const BOOK_CHANNEL: &str = "books";

/// Levels a side of a REST snapshot: as many as [`BOOK_CHANNEL`] shows.
const SNAPSHOT_DEPTH: usize = 400;

pub const PING: &str = "ping";

pub fn symbol(base: &str, quote: &str) -> String {
    format!("{}-{}", base.to_uppercase(), quote.to_uppercase())
}

/// The kind of an instrument, told from its name: `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USD-220527`,
/// `BTC-USD-210924-66000-C`.
pub fn inst_type(symbol: &str) -> &'static str {
    match symbol.split('-').count() {
        0..=2 => "SPOT",
        3 if symbol.ends_with("-SWAP") => "SWAP",
        3 => "FUTURES",
        _ => "OPTION",
    }
}

/// OKX lists one kind at a time, and either all of it or one of it.
pub fn instruments_path(symbols: &[String]) -> String {
    let kind = symbols.first().map_or("SPOT", |symbol| inst_type(symbol));
    match symbols {
        [only] => format!("/api/v5/public/instruments?instType={kind}&instId={only}"),
        _ => format!("/api/v5/public/instruments?instType={kind}"),
    }
}

pub fn book_path(symbol: &str) -> String {
    format!("/api/v5/market/books?instId={symbol}&sz={SNAPSHOT_DEPTH}")
}

/// The instrument that a book was asked for, from the URL that asked.
pub fn symbol_of_book_url(url: &str) -> Option<&str> {
    let (path, query) = url.split_once('?')?;
    if !path.ends_with("/api/v5/market/books") && !path.ends_with("/api/v5/market/books-full") {
        return None;
    }
    query.split('&').find_map(|pair| pair.strip_prefix("instId="))
}

/// Requests that subscribe to books and trades of `symbols`, and to changes of their state.
pub fn subscribe_all<'a>(symbols: impl Iterator<Item = &'a str>) -> Vec<String> {
    let symbols: Vec<&str> = symbols.collect();
    let mut kinds: Vec<&str> = symbols.iter().map(|symbol| inst_type(symbol)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let states: Vec<String> =
        (kinds.iter()).map(|kind| format!(r#"{{"channel":"instruments","instType":"{kind}"}}"#)).collect();
    let mut requests = vec![request("subscribe", &states)];
    requests.extend(symbols.chunks(MARKETS_PER_REQUEST).map(|some| {
        let args: Vec<String> =
            some.iter().flat_map(|symbol| [arg(BOOK_CHANNEL, symbol), arg("trades", symbol)]).collect();
        request("subscribe", &args)
    }));
    requests
}

/// Gives one book up and asks for it anew.
pub fn resubscribe(instrument: &Instrument) -> [String; 2] {
    let args = [arg(BOOK_CHANNEL, &instrument.symbol)];
    [request("unsubscribe", &args), request("subscribe", &args)]
}

fn request(op: &str, args: &[String]) -> String {
    format!(r#"{{"op":"{op}","args":[{}]}}"#, args.join(","))
}

fn arg(channel: &str, symbol: &str) -> String {
    // Strings always serialize; a symbol comes from a configuration file and is quoted like any text.
    let symbol = serde_json::to_string(symbol).unwrap_or_default();
    format!(r#"{{"channel":"{channel}","instId":{symbol}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_printed_as_okx_documents_them() {
        assert_eq!(
            subscribe_all(["BTC-USDT", "UNI-USD-SWAP"].into_iter()),
            [
                concat!(
                    r#"{"op":"subscribe","args":[{"channel":"instruments","instType":"SPOT"},"#,
                    r#"{"channel":"instruments","instType":"SWAP"}]}"#
                ),
                concat!(
                    r#"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"},"#,
                    r#"{"channel":"trades","instId":"BTC-USDT"},"#,
                    r#"{"channel":"books","instId":"UNI-USD-SWAP"},"#,
                    r#"{"channel":"trades","instId":"UNI-USD-SWAP"}]}"#
                ),
            ]
        );
        assert_eq!(
            resubscribe(&Instrument::unlisted("BTC-USDT", "BTC", "USDT")),
            [
                r#"{"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#,
                r#"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#,
            ]
        );
    }

    #[test]
    fn the_symbol_of_a_book_is_found_in_absolute_and_relative_urls() {
        let check = |url: &str, symbol: Option<&str>| assert_eq!(symbol_of_book_url(url), symbol, "{url}");
        check(&book_path("BTC-USDT"), Some("BTC-USDT"));
        check("https://www.okx.com/api/v5/market/books?sz=400&instId=BTC-USDT", Some("BTC-USDT"));
        check("https://www.okx.com/api/v5/public/instruments?instType=SPOT&instId=BTC-USDT", None);
        check("https://www.okx.com/api/v5/market/books", None);
        check("", None);
    }

    #[test]
    fn kinds_are_told_from_names() {
        let check = |symbol: &str, kind: &str| assert_eq!(inst_type(symbol), kind, "{symbol}");
        check("BTC-USDT", "SPOT");
        check("UNI-USD-SWAP", "SWAP");
        check("BTC-USD-220527", "FUTURES");
        check("BTC-USD-210924-66000-C", "OPTION");
        let symbols = ["A-B".to_owned(), "C-D".to_owned()];
        assert_eq!(instruments_path(&symbols), "/api/v5/public/instruments?instType=SPOT");
        assert_eq!(instruments_path(&symbols[..1]), "/api/v5/public/instruments?instType=SPOT&instId=A-B");
    }
}
