//! The markets of one venue session: their indexes, names and scales.

use std::collections::HashMap;

use marketd_domain::{Instrument, MarketIndex, NumberError, Scale, Scales, UpdateSink};

use crate::error::{DecodeError, NumberKind};
use crate::session::SessionConfig;

/// Symbols to indexes, and each market's instrument.
#[derive(Debug, Default)]
pub struct MarketTable {
    by_symbol: HashMap<String, MarketIndex>,
    instruments: Vec<Instrument>,
    discover: bool,
}

impl MarketTable {
    pub fn new(config: SessionConfig) -> Self {
        let by_symbol = (config.instruments.iter().enumerate())
            .map(|(index, instrument)| (instrument.symbol.clone(), MarketIndex(index as u32)))
            .collect();
        Self { by_symbol, instruments: config.instruments, discover: config.discover }
    }

    pub fn len(&self) -> usize {
        self.instruments.len()
    }

    pub fn is_empty(&self) -> bool {
        self.instruments.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (MarketIndex, &Instrument)> {
        self.instruments.iter().enumerate().map(|(index, instrument)| (MarketIndex(index as u32), instrument))
    }

    pub fn instrument(&self, market: MarketIndex) -> &Instrument {
        &self.instruments[market.usize()]
    }

    pub fn scales(&self, market: MarketIndex) -> Scales {
        self.instruments[market.usize()].scales
    }

    /// The market of a symbol. A new one is listed, with what `describe` makes of it, when this
    /// session discovers markets; otherwise it is none of ours.
    pub fn index_of(
        &mut self,
        symbol: &str,
        updates: &mut dyn UpdateSink,
        describe: impl FnOnce(&str) -> Instrument,
    ) -> Option<MarketIndex> {
        if let Some(market) = self.by_symbol.get(symbol) {
            return Some(*market);
        }
        if !self.discover {
            return None;
        }
        let instrument = describe(symbol);
        let market = MarketIndex(self.instruments.len() as u32);
        updates.listed(market, &instrument);
        self.by_symbol.insert(symbol.to_owned(), market);
        self.instruments.push(instrument);
        Some(market)
    }

    /// Index of a symbol that is already known.
    pub fn known(&self, symbol: &str) -> Option<MarketIndex> {
        self.by_symbol.get(symbol).copied()
    }

    /// Puts better knowledge in place of an instrument (an instrument list arrived, a subscription was
    /// confirmed) and tells it. Scales are changed by [`Self::set_scales`] only.
    pub fn describe(&mut self, market: MarketIndex, instrument: Instrument, updates: &mut dyn UpdateSink) {
        let scales = self.instruments[market.usize()].scales;
        let instrument = Instrument { scales, ..instrument };
        if self.instruments[market.usize()] != instrument {
            updates.described(market, &instrument);
            self.instruments[market.usize()] = instrument;
        }
    }

    pub fn set_scales(&mut self, market: MarketIndex, scales: Scales, updates: &mut dyn UpdateSink) {
        if self.instruments[market.usize()].scales != scales {
            self.instruments[market.usize()].scales = scales;
            updates.rescaled(market, scales);
        }
    }

    /// Runs `decode` at the market's scales. Where the venue turns out to print finer (or larger)
    /// numbers than known, the scales are moved, exactly, and `decode` runs again: digits are never
    /// rounded away. `decode` must leave nothing behind when it fails.
    pub fn decode<T>(
        &mut self,
        market: MarketIndex,
        updates: &mut dyn UpdateSink,
        mut decode: impl FnMut(Scales) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let before = self.scales(market);
        let mut scales = before;
        // Each round moves one scale; more rounds than scales have decimals cannot help.
        for _ in 0..2 * Scale::MAX.decimals() {
            match decode(scales) {
                Ok(decoded) => {
                    self.set_scales(market, scales, updates);
                    return Ok(decoded);
                }
                Err(DecodeError::Number { kind, error }) => {
                    let moved = match (error, kind) {
                        (NumberError::TooPrecise { decimals }, NumberKind::Price) => {
                            Scale::new(decimals).map(|price| Scales { price, ..scales })
                        }
                        (NumberError::TooPrecise { decimals }, NumberKind::Qty) => {
                            Scale::new(decimals).map(|qty| Scales { qty, ..scales })
                        }
                        (NumberError::OutOfRange, NumberKind::Price) => {
                            narrower(scales.price).map(|price| Scales { price, ..scales })
                        }
                        (NumberError::OutOfRange, NumberKind::Qty) => {
                            narrower(scales.qty).map(|qty| Scales { qty, ..scales })
                        }
                        (NumberError::Empty | NumberError::Syntax, _) => None,
                    };
                    scales = moved.ok_or(DecodeError::Number { kind, error })?;
                }
                Err(other) => return Err(other),
            }
        }
        Err(DecodeError::Venue("numbers that no scale holds".to_owned()))
    }
}

fn narrower(scale: Scale) -> Option<Scale> {
    Scale::new(scale.decimals().checked_sub(1)?)
}
