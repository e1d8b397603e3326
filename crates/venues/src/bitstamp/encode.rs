//! Texts that Bitstamp is sent: subscriptions, heartbeats and REST paths.

pub const BOOK_CHANNEL: &str = "diff_order_book_";
pub const TRADES_CHANNEL: &str = "live_trades_";

pub const HEARTBEAT: &str = r#"{"event":"bts:heartbeat"}"#;

pub const PAIRS_PATH: &str = "/api/v2/trading-pairs-info/";

pub fn subscribe(channel: &str, pair: &str) -> String {
    format!(r#"{{"event":"bts:subscribe","data":{{"channel":"{channel}{pair}"}}}}"#)
}

pub fn order_book_path(pair: &str) -> String {
    format!("/api/v2/order_book/{pair}/")
}

/// The pair whose book a URL asked for.
pub fn pair_of_order_book_url(url: &str) -> Option<&str> {
    let (_, path) = url.split_once("/order_book/")?;
    let pair = path.split(['/', '?']).next()?;
    (!pair.is_empty()).then_some(pair)
}

pub fn is_pairs_url(url: &str) -> bool {
    url.contains("/trading-pairs-info")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_is_found_in_urls_of_all_shapes() {
        let check = |url: &str, pair: Option<&str>| assert_eq!(pair_of_order_book_url(url), pair, "{url}");
        check("https://www.bitstamp.net/api/v2/order_book/ltcusd", Some("ltcusd"));
        check(&order_book_path("btcusd"), Some("btcusd"));
        check("/api/v2/order_book/btcusd?group=1", Some("btcusd"));
        check("/api/v2/order_book/btcusd/?group=1", Some("btcusd"));
        check("/api/v2/order_book/", None);
        check("/api/v2/ticker/btcusd", None);
    }

    #[test]
    fn subscriptions_name_channel_and_pair() {
        assert_eq!(
            subscribe(BOOK_CHANNEL, "btcusd"),
            r#"{"event":"bts:subscribe","data":{"channel":"diff_order_book_btcusd"}}"#
        );
    }
}
