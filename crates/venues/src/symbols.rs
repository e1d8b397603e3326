//! Base and quote of symbols that venues write without a separator: `BTCUSDT`, `btcusd`.

/// Assets that something is priced in. The longest one that a symbol ends with is its quote, so
/// the order here means nothing.
const QUOTES: &[&str] = &[
    "AED", "ARS", "AUD", "BIDR", "BKRW", "BNB", "BRL", "BRZ", "BTC", "BUSD", "BVND", "CAD", "CHF", "COP",
    "CZK", "DAI", "DKK", "DOGE", "DOT", "ETH", "EUR", "EURC", "EURCV", "EURI", "EURR", "FDUSD", "GBP",
    "GUSD", "GYEN", "HKD", "HUF", "IDR", "IDRT", "INR", "JPY", "KRW", "KZT", "MNT", "MXN", "NGN", "NOK",
    "NZD", "PAX", "PLN", "PYUSD", "RLUSD", "RON", "RUB", "SEK", "SGD", "SOL", "THB", "TRX", "TRY", "TUSD",
    "TWD", "UAH", "USD", "USD1", "USDC", "USDD", "USDE", "USDG", "USDP", "USDQ", "USDR", "USDS", "USDT",
    "UST", "VAI", "XBT", "XRP", "ZAR",
];

/// Bases whose last letter makes a longer quote of what follows: `USDTUSD` is not `USD` in `TUSD`.
const WHOLE_BASES: &[&str] =
    &["ANT", "BAT", "BNB", "DOT", "EURT", "GRT", "PAXG", "QNT", "SHIB", "SNT", "UST", "USDG", "USDT", "XAUT"];

/// Splits a concatenated symbol into base and quote, both in upper case. Where no known quote ends
/// it, the whole is the base and the quote is empty.
///
/// A guess by nature (`ARBUSD` is `ARB` in `USD` or `AR` in `BUSD`): the venue's instrument list,
/// where it was asked, is the better source.
pub fn split_pair(symbol: &str) -> (String, String) {
    let mut base = symbol.to_uppercase();
    let quote = QUOTES
        .iter()
        .filter_map(|quote| Some((base.strip_suffix(quote)?, quote)).filter(|(base, _)| !base.is_empty()))
        .max_by_key(|(base, quote)| (WHOLE_BASES.contains(base), quote.len()))
        .map(|(_, quote)| *quote);
    let Some(quote) = quote else { return (base, String::new()) };
    // The quote is ASCII, so this is a character boundary.
    base.truncate(base.len() - quote.len());
    (base, quote.to_owned())
}

#[cfg(test)]
mod tests {
    use super::split_pair;

    #[test]
    fn the_longest_known_quote_ends_the_symbol() {
        let check = |symbol: &str, base: &str, quote: &str| {
            assert_eq!(split_pair(symbol), (base.to_owned(), quote.to_owned()), "{symbol}");
        };
        check("BTCUSDT", "BTC", "USDT");
        check("btcusd", "BTC", "USD");
        check("BNBFDUSD", "BNB", "FDUSD");
        check("USDCUSDT", "USDC", "USDT");
        check("ethbtc", "ETH", "BTC");
        check("RUNEEUR", "RUNE", "EUR");
        check("OMGBUSD", "OMG", "BUSD");
        check("BNBBUSD", "BNB", "BUSD");
        check("BNBUSD", "BNB", "USD");
        check("usdtusd", "USDT", "USD");
        check("TRXUSD", "TRX", "USD");
        check("BTC", "BTC", "");
        check("usd", "USD", "");
        check("FOOBAR", "FOOBAR", "");
        check("", "", "");
        check("\u{df}\u{1f600}usd", "SS\u{1f600}", "USD");
    }
}
