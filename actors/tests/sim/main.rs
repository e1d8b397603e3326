//! A venue with faults, a market, a hub and clients, all from one seed. After each step: no client has
//! met a frame that breaks the protocol's rule, every client that stands where the market stands holds
//! what the market holds, and a live market is the venue's book at its sequence.
//!
//! `SEEDS=5000` runs more of them, `SEED=17` a single one.

mod client;
mod feed;
mod market;

use std::collections::HashMap;

use marketd_actors::ring::{Ring, RingChange, RingLimits, Step};
use marketd_domain::{CandleInterval, Level, MarketStatus, Scale, Timestamp};
use marketd_protocol::{BookDepth, BookInterval, StreamKey};

use client::Client;
use feed::{Faults, Feed};
use market::Market;
use marketd_testkit::Draw;

const SEEDS: u64 = 200;
const STEPS: usize = 180;
const START_MS: i64 = 1_700_000_000_000;

fn book(depth: BookDepth, interval_ms: u64, checksum: bool) -> StreamKey {
    let interval = BookInterval::from_millis(interval_ms).expect("a served interval");
    StreamKey::Book { depth, interval, checksum }
}

fn keys() -> Vec<StreamKey> {
    vec![
        book(BookDepth::Full, 0, false),
        book(BookDepth::Full, 100, false),
        book(BookDepth::Top(10), 0, true),
        book(BookDepth::Top(10), 250, false),
        book(BookDepth::Top(25), 1_000, false),
        StreamKey::Bbo,
        StreamKey::Trades,
        StreamKey::Ticker,
        StreamKey::Candles(CandleInterval::Second1),
        StreamKey::Status,
    ]
}

/// A stream on the hub; `is_asked` while it waits for a snapshot.
struct HubStream {
    ring: Ring,
    is_asked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Snapshot,
    At(u64),
}

/// A client and the place of its subscription; `None` while it is away.
struct Reader {
    client: Client,
    cursor: Option<Cursor>,
}

struct World {
    draw: Draw,
    feed: Feed,
    market: Market,
    hub: HashMap<StreamKey, HubStream>,
    readers: Vec<Reader>,
    faults: Faults,
}

impl World {
    fn new(seed: u64) -> Self {
        let now = Timestamp::from_millis(START_MS);
        Self {
            draw: Draw(seed),
            feed: Feed::new(now),
            market: Market::new(now),
            hub: HashMap::new(),
            readers: keys().into_iter().chain(keys()).map(Client::new).map(Reader::away).collect(),
            faults: Faults::SOME,
        }
    }

    fn step(&mut self) {
        let wait_ms = self.draw.pick(&[0, 1, 10, 30, 90, 150, 400]);
        self.advance(wait_ms);
        if self.draw.chance(50) {
            // The hub has more to do than before, or less.
            let gather_ms = self.draw.pick(&[0, 0, 4, 20]);
            self.market.streams.gather(gather_ms);
        }
        match self.draw.below(1_000) {
            0..600 => self.feed.depth(&mut self.draw, self.faults, &mut self.market),
            600..750 => self.feed.trade(&mut self.draw, self.faults, &mut self.market),
            750..765 => self.feed.cut(&mut self.market),
            765..865 => self.feed.connect(&mut self.market),
            865..870 => self.feed.restart_market(&mut self.market),
            870..880 => self.overload(),
            _ => self.come_or_go(),
        }
        self.carry_to_hub();
        for at in 0..self.readers.len() {
            // Some read all there is, some a little, some nothing for a long time.
            let budget = self.draw.pick(&[0, 0, 1, 3, usize::MAX]);
            self.read(at, budget);
        }
        self.check();
    }

    fn advance(&mut self, wait_ms: i64) {
        let now = self.market.now.plus_millis(wait_ms);
        self.feed.now = now;
        self.market.pass(now);
        self.feed.pass(&mut self.draw, self.faults, &mut self.market);
    }

    fn overload(&mut self) {
        self.market.is_deaf = true;
        self.feed.depth(&mut self.draw, Faults::NONE, &mut self.market);
        self.market.is_deaf = false;
        self.feed.overload(&mut self.market);
    }

    fn come_or_go(&mut self) {
        let at = self.draw.below(self.readers.len() as u64) as usize;
        let key = self.readers[at].client.key;
        if self.readers[at].cursor.is_none() {
            return self.subscribe(at);
        }
        self.readers[at].cursor = None;
        let is_read = self.readers.iter().any(|reader| reader.client.key == key && reader.cursor.is_some());
        if !is_read && self.draw.chance(300) {
            // Nobody came back in time.
            self.hub.remove(&key);
            self.market.close(key);
        }
    }

    /// With its position, or from nothing.
    fn subscribe(&mut self, at: usize) {
        let resumes = self.draw.chance(700);
        let limits = RingLimits { frames: 40, bytes: 20_000, age_ms: 5_000 };
        let reader = &mut self.readers[at];
        let stream = (self.hub.entry(reader.client.key))
            .or_insert_with(|| HubStream { ring: Ring::new(limits), is_asked: true });
        let resumed = reader.client.position.filter(|_| resumes).map(|position| stream.ring.resume(position));
        reader.cursor = Some(match resumed {
            Some(Ok(next)) => Cursor::At(next),
            Some(Err(_)) | None => Cursor::Snapshot,
        });
    }

    /// Frames go to the rings; a hub that is full loses them and is owed snapshots.
    fn carry_to_hub(&mut self) {
        if std::mem::take(&mut self.market.is_reopened) {
            self.hub.values_mut().for_each(|stream| stream.is_asked = true);
        }
        let is_full = self.faults.lost > 0 && self.draw.chance(10);
        self.push_outbox(is_full);
        if self.draw.chance(200) {
            // The requests take their time.
            return;
        }
        let asked: Vec<StreamKey> =
            self.hub.iter().filter(|(_, stream)| stream.is_asked).map(|(key, _)| *key).collect();
        for key in asked {
            let snapshot = self.market.snapshot(key);
            self.push_outbox(false);
            if let (Some(frame), Some(stream)) = (snapshot, self.hub.get_mut(&key)) {
                assert_eq!(stream.ring.push(frame), RingChange::Snapshot);
                stream.is_asked = false;
            }
        }
    }

    fn push_outbox(&mut self, is_full: bool) {
        for (key, frame) in std::mem::take(&mut self.market.outbox) {
            let Some(stream) = self.hub.get_mut(&key) else { continue };
            if is_full || stream.ring.push(frame) == RingChange::Broken {
                stream.is_asked = true;
            }
        }
    }

    /// What the session's outlet does: frames from the ring, or a snapshot, or a notice.
    fn read(&mut self, at: usize, budget: usize) {
        let reader = &mut self.readers[at];
        let Some(stream) = self.hub.get_mut(&reader.client.key) else { return };
        let scales = self.market.state.scales();
        let mut taken = 0;
        while taken < budget {
            let Some(cursor) = reader.cursor else { return };
            // Numbers of an older epoch have other decimals, which this client does not know any more.
            let readable = |epoch: u64| epoch == self.market.streams.epoch();
            let next = match (cursor, stream.ring.snapshot(None)) {
                (Cursor::At(next), _) => next,
                (Cursor::Snapshot, Some((next, frame))) => {
                    if !readable(frame.epoch) {
                        return;
                    }
                    reader.client.take(frame, scales);
                    reader.cursor = Some(Cursor::At(next));
                    taken += 1;
                    continue;
                }
                (Cursor::Snapshot, None) => {
                    stream.is_asked = true;
                    return;
                }
            };
            match stream.ring.step(next) {
                Step::Frame(frame) => {
                    if !readable(frame.epoch) {
                        return;
                    }
                    reader.client.take(frame, scales);
                    reader.cursor = Some(Cursor::At(next + 1));
                    taken += 1;
                }
                Step::UpToDate => return,
                Step::Lost => {
                    let epoch = reader.client.position.map(|position| position.epoch);
                    if reader.client.key.is_state() || epoch != Some(stream.ring.position().epoch) {
                        reader.cursor = Some(Cursor::Snapshot);
                    } else {
                        let (seq, number) = stream.ring.oldest();
                        reader.client.lagged(seq);
                        reader.cursor = Some(Cursor::At(number));
                    }
                }
            }
        }
    }

    fn check(&self) {
        for reader in &self.readers {
            reader.client.check(&self.market);
        }
        let state = &self.market.state;
        if state.status().status == MarketStatus::Live {
            let (bids, asks) = self.feed.at(state.venue_seq()).expect("a sequence of the venue");
            let unit = Scale::of(8);
            let scales = state.scales();
            let plain = |level: Level| {
                let price = level.price.rescaled(scales.price, unit).expect("fits");
                (price.mantissa(), level.qty.rescaled(scales.qty, unit).expect("fits").mantissa())
            };
            let copied = |(price, qty): (&i64, &i64)| (*price, *qty);
            assert!(
                state.book().bids().iter().map(plain).eq(bids.iter().rev().map(copied)),
                "bids are not true"
            );
            assert!(state.book().asks().iter().map(plain).eq(asks.iter().map(copied)), "asks are not true");
        }
    }

    /// Once nothing goes wrong any more everything comes right.
    fn calm_down(&mut self) {
        self.faults = Faults::NONE;
        self.feed.connect(&mut self.market);
        for at in 0..self.readers.len() {
            if self.readers[at].cursor.is_none() {
                self.subscribe(at);
            }
        }
        for _ in 0..20 {
            self.advance(300);
            self.feed.depth(&mut self.draw, self.faults, &mut self.market);
            self.feed.trade(&mut self.draw, self.faults, &mut self.market);
            self.settle();
        }
        for _ in 0..8 {
            self.advance(500);
            self.settle();
        }
        assert_eq!(self.market.state.status().status, MarketStatus::Live, "the market did not recover");
        assert!(self.feed.is_connected() && self.market.state.is_book_shown());
        for reader in &self.readers {
            let stands = reader.client.check(&self.market);
            // Best prices that did not change are not repeated.
            assert!(stands || reader.client.key == StreamKey::Bbo, "{:?} was left behind", reader.client.key);
            reader.client.check_content(&self.market);
        }
    }

    fn settle(&mut self) {
        self.carry_to_hub();
        for at in 0..self.readers.len() {
            self.read(at, usize::MAX);
        }
        self.check();
    }
}

impl Reader {
    fn away(client: Client) -> Self {
        Self { client, cursor: None }
    }
}

/// Names the seed of a run that fails.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with SEED={}", self.0);
        }
    }
}

fn number_from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn clients_hold_what_the_market_holds_whatever_happens() {
    let seeds = match number_from_env("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number_from_env("SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        let _named = Named(seed);
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.calm_down();
    }
}
