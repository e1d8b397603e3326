//! Making markets known to the store and to the spool.

use marketd_store::{Fault, MarketKey, MarketRecord, Store, StoreError};

use super::Storage;

/// A market that the store is to know.
pub(super) struct Registered {
    record: MarketRecord,
    is_in_store: bool,
    pub is_in_spool: bool,
}

impl Storage {
    /// Makes a market known to the store, now or when it is back.
    pub fn register(&self, record: MarketRecord) {
        let mut markets = self.markets.lock();
        let key = record.key();
        if markets.get(&key).is_some_and(|known| known.record == record) {
            return;
        }
        markets.insert(key, Registered { record, is_in_store: false, is_in_spool: false });
        drop(markets);
        self.wake_upkeep.notify_one();
    }

    pub fn market_keys(&self) -> Vec<MarketKey> {
        self.markets.lock().keys().copied().collect()
    }

    /// Tells the spool and the store of markets that they do not know yet.
    pub async fn register_markets(&self, store: Option<&dyn Store>) -> Result<(), StoreError> {
        let unknown = |is_known: fn(&Registered) -> bool| -> Vec<MarketRecord> {
            let markets = self.markets.lock();
            markets.values().filter(|market| !is_known(market)).map(|market| market.record.clone()).collect()
        };
        if let Some(spool) = self.spool() {
            for record in unknown(|market| market.is_in_spool) {
                if let Err(error) = spool.note_market(&record).await {
                    self.spool_failed(&error);
                    break;
                }
                self.note_registered(&record, |market| market.is_in_spool = true);
            }
        }
        let Some(store) = store else { return Ok(()) };
        for record in unknown(|market| market.is_in_store) {
            match store.register_market(&record).await {
                Ok(_) => {}
                Err(error) if error.fault() == Fault::Refused => {
                    tracing::error!(venue = record.venue, symbol = record.instrument.symbol, %error,
                        "the store does not take this market's name");
                }
                Err(error) => return Err(error),
            }
            self.note_registered(&record, |market| market.is_in_store = true);
        }
        Ok(())
    }

    fn note_registered(&self, record: &MarketRecord, note: impl FnOnce(&mut Registered)) {
        if let Some(market) = self.markets.lock().get_mut(&record.key())
            && market.record == *record
        {
            note(market);
        }
    }
}
