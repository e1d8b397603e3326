//! Texts that Coinbase Exchange is sent: subscriptions and REST paths.

/// `level2_batch` carries the messages of `level2` every 50 ms and, unlike it, needs no login.
pub const BOOK_CHANNELS: &[&str] = &["level2_batch"];
/// Heartbeats come each second and tell a quiet market from a dead line.
pub const ALL_CHANNELS: &[&str] = &["level2_batch", "matches", "heartbeat"];

/// Most trades that one answer of [`trades_path`] holds.
pub const TRADES_PER_PAGE: u64 = 1_000;

pub const PRODUCTS_PATH: &str = "/products";

pub fn subscribe<'a>(products: impl Iterator<Item = &'a str>, channels: &[&str]) -> String {
    request("subscribe", products, channels)
}

pub fn unsubscribe<'a>(products: impl Iterator<Item = &'a str>, channels: &[&str]) -> String {
    request("unsubscribe", products, channels)
}

fn request<'a>(kind: &str, products: impl Iterator<Item = &'a str>, channels: &[&str]) -> String {
    let list = |items: Vec<&str>| items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"type":"{kind}","product_ids":[{}],"channels":[{}]}}"#,
        list(products.collect()),
        list(channels.to_vec())
    )
}

fn quoted(text: &str) -> String {
    // A string always serializes.
    serde_json::to_string(text).unwrap_or_default()
}

/// The trades of a product up to `last`, newest first. The cursor `after` is itself left out.
pub fn trades_path(product: &str, last: u64) -> String {
    format!("/products/{product}/trades?after={}&limit={TRADES_PER_PAGE}", last.saturating_add(1))
}

/// The product whose trades a URL asked for.
pub fn product_of_trades_url(url: &str) -> Option<&str> {
    let (_, path) = url.split_once("/products/")?;
    let (product, rest) = path.split_once('/')?;
    let resource = rest.split('?').next().unwrap_or(rest);
    (resource.trim_end_matches('/') == "trades").then_some(product)
}

pub fn is_products_url(url: &str) -> bool {
    let path = url.split('?').next().unwrap_or(url);
    path.trim_end_matches('/').ends_with(PRODUCTS_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_name_products_and_channels() {
        assert_eq!(
            subscribe(["BTC-USD", "ETH-USD"].into_iter(), ALL_CHANNELS),
            r#"{"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channels":["level2_batch","matches","heartbeat"]}"#
        );
    }

    #[test]
    fn urls_are_told_apart_with_and_without_their_host() {
        assert!(is_products_url("https://api.pro.coinbase.com/products"));
        assert!(is_products_url("/products?type=spot"));
        assert!(!is_products_url("/products/BTC-USD/trades"));
        assert_eq!(product_of_trades_url(&trades_path("BTC-USD", 9)), Some("BTC-USD"));
        assert_eq!(product_of_trades_url("https://x/products/BTC-USD/book?level=2"), None);
        assert_eq!(product_of_trades_url("/products"), None);
    }
}
