//! Which markets Binance's clients see, and what they call them. Pure.
//!
//! A symbol is base and quote without anything between them, so markets of two venues can want the same one: then the
//! first of the rules decides, and the other market has none.

use std::collections::HashMap;
use std::sync::Arc;

use marketd_domain::MarketId;
use parking_lot::Mutex;

/// One entry of the configuration's list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// `SYMBOL=venue:BASE-QUOTE`
    Named(Arc<str>, String),
    /// `venue:BASE-QUOTE`
    Market(String),
    /// `venue`
    Venue(String),
    /// `*`
    Any,
}

/// Longest symbol: Binance's own bound.
const SYMBOL_MAX: usize = 20;

#[derive(Debug, Default)]
pub struct FaceNames {
    rules: Vec<Rule>,
    /// Symbols, and the market that has each.
    claims: Mutex<HashMap<Arc<str>, String>>,
}

fn is_symbol(text: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    (1..=SYMBOL_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// The symbol that a market has when nobody names it.
fn plain_symbol(base: &str, quote: &str) -> Option<Arc<str>> {
    let symbol = format!("{base}{quote}").to_uppercase();
    is_symbol(&symbol).then(|| symbol.into())
}

impl FaceNames {
    /// Reads the list. `expected` are the markets that are known to come: among them the order of the rules decides, not
    /// that of their coming.
    pub fn parse<'a>(
        rules: impl Iterator<Item = &'a str>,
        expected: &[(MarketId, String, String)],
    ) -> Result<Self, String> {
        let rules: Vec<Rule> = rules.map(rule_of).collect::<Result<_, _>>()?;
        let names = Self { rules, claims: Mutex::default() };
        {
            let mut claims = names.claims.lock();
            for rule in &names.rules {
                if let Rule::Named(symbol, market) = rule
                    && claims.insert(symbol.clone(), market.clone()).is_some()
                {
                    return Err(format!("{symbol} is given twice"));
                }
            }
        }
        let mut ranked: Vec<(usize, &(MarketId, String, String))> =
            expected.iter().filter_map(|market| Some((names.rank(&market.0)?, market))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        for (_, (id, base, quote)) in ranked {
            names.claim(id, base, quote);
        }
        Ok(names)
    }

    /// The first rule that lets a market in.
    fn rank(&self, id: &MarketId) -> Option<usize> {
        self.rules.iter().position(|rule| match rule {
            Rule::Named(_, market) | Rule::Market(market) => market == id.as_str(),
            Rule::Venue(venue) => venue == id.venue(),
            Rule::Any => true,
        })
    }

    /// The symbol of a market, unless it is not shown or another one has it.
    pub fn claim(&self, id: &MarketId, base: &str, quote: &str) -> Option<Arc<str>> {
        let symbol = match self.rules.get(self.rank(id)?)? {
            Rule::Named(symbol, _) => symbol.clone(),
            _ => plain_symbol(base, quote)?,
        };
        let mut claims = self.claims.lock();
        let holder = claims.entry(symbol.clone()).or_insert_with(|| id.as_str().to_owned());
        (holder.as_str() == id.as_str()).then_some(symbol)
    }
}

fn rule_of(text: &str) -> Result<Rule, String> {
    let market = |text: &str| {
        text.parse::<MarketId>()
            .map(|id| id.as_str().to_owned())
            .map_err(|error| format!("{text:?}: {error}"))
    };
    if text == "*" {
        return Ok(Rule::Any);
    }
    if let Some((symbol, id)) = text.split_once('=') {
        if !is_symbol(symbol) {
            return Err(format!(
                "{symbol:?} is not a symbol: 1 to {SYMBOL_MAX} of A-Z, 0-9, '-', '_' and '.'"
            ));
        }
        return Ok(Rule::Named(symbol.into(), market(id)?));
    }
    if text.contains(':') {
        return market(text).map(Rule::Market);
    }
    if text.is_empty() {
        return Err("an entry is empty".to_owned());
    }
    Ok(Rule::Venue(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(text: &str) -> (MarketId, String, String) {
        let id: MarketId = text.parse().expect(text);
        let (base, quote) = text.split_once(':').and_then(|(_, pair)| pair.split_once('-')).expect(text);
        (id.clone(), base.to_owned(), quote.to_owned())
    }

    fn check(rules: &[&str], expected: &[&str], shown: &[(&str, Option<&str>)]) {
        let known: Vec<_> = expected.iter().map(|text| market(text)).collect();
        let names = FaceNames::parse(rules.iter().copied(), &known).expect("rules");
        for (text, symbol) in shown {
            let (id, base, quote) = market(text);
            assert_eq!(names.claim(&id, &base, &quote).as_deref(), *symbol, "{rules:?} {text}");
        }
    }

    #[test]
    fn the_first_rule_decides_who_has_a_symbol() {
        let both =
            [("okx:BTC-USDT", None), ("binance:BTC-USDT", Some("BTCUSDT")), ("sim:ETH-USD", Some("ETHUSD"))];
        check(&["binance", "*"], &["okx:BTC-USDT", "binance:BTC-USDT"], &both);
        let other = [("okx:BTC-USDT", Some("BTCUSDT")), ("binance:BTC-USDT", None)];
        check(&["okx", "*"], &["binance:BTC-USDT", "okx:BTC-USDT"], &other);
        // Nothing known beforehand: who comes first has it, and keeps it.
        check(&["*"], &[], &[("a:X-Y", Some("XY")), ("b:X-Y", None), ("a:X-Y", Some("XY"))]);
    }

    #[test]
    fn markets_are_named_and_left_out() {
        let shown = [
            ("binance:BTC-USDT", Some("BTCUSDT")),
            ("okx:BTC-USDT", Some("OKXBTCUSDT")),
            ("okx:ETH-USDT", None),
            ("sim:BTC-USD", Some("BTCUSD")),
        ];
        check(&["OKXBTCUSDT=okx:BTC-USDT", "sim:BTC-USD", "binance"], &[], &shown);
        check(
            &["BTCUSDT=okx:BTC-USDT", "*"],
            &[],
            &[("binance:BTC-USDT", None), ("okx:BTC-USDT", Some("BTCUSDT"))],
        );
        check(&[], &[], &[("binance:BTC-USDT", None)]);
    }

    #[test]
    fn mistakes_are_named() {
        for (rules, part) in [
            (&["btc=okx:BTC-USDT"][..], "\"btc\""),
            (&["A=okx"], "\"okx\""),
            (&["okx:BTC"], "\"okx:BTC\""),
            (&["A=a:B-C", "A=b:B-C"], "A is given twice"),
            (&[""], "empty"),
        ] {
            let error = FaceNames::parse(rules.iter().copied(), &[]).expect_err(part);
            assert!(error.contains(part), "{error}");
        }
    }
}
