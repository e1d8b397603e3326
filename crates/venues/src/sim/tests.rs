use marketd_domain::book::BookChanges;
use marketd_domain::{Book, BookSide, DepthUpdate, GapFound, Level, Scales, StaleReason, Trade, TradeId};

use super::*;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SECOND_MS: i64 = 1_000;
const MARKETS: usize = 3;

/// One market as a subscriber knows it.
struct Seen {
    book: Book,
    venue_seq: u64,
    next_trade_id: u64,
    last_at: Timestamp,
    /// Between a snapshot and the next doubt.
    is_live: bool,
    snapshots: usize,
    depths: usize,
    trades: usize,
    gaps: Vec<GapFound>,
    stales: Vec<StaleReason>,
    halts: Vec<StaleReason>,
}

/// A subscriber that checks the rules of the feed and hashes all it hears.
struct Recorder {
    markets: Vec<Seen>,
    hash: u64,
}

impl Recorder {
    fn new() -> Self {
        Self { markets: Vec::new(), hash: 1 }
    }

    fn mix(&mut self, words: &[i64]) {
        for word in words {
            self.hash = (self.hash ^ *word as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
    }

    fn mix_update(&mut self, kind: i64, market: MarketIndex, update: &DepthUpdate) {
        self.mix(&[kind, market.0.into(), update.venue_seq as i64, update.ts_venue.nanos()]);
        for (mark, levels) in [(1, &update.bids), (2, &update.asks)] {
            self.mix(&[mark, levels.len() as i64]);
            for level in levels {
                self.mix(&[level.price.mantissa(), level.qty.mantissa()]);
            }
        }
    }

    fn seen(&mut self, market: MarketIndex, at: Timestamp) -> &mut Seen {
        let seen = &mut self.markets[market.usize()];
        assert!(at >= seen.last_at, "time goes back");
        seen.last_at = at;
        seen
    }
}

impl UpdateSink for Recorder {
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument) {
        assert_eq!(market.usize(), self.markets.len());
        self.mix(&[0, market.0.into(), instrument.scales.price.decimals().into()]);
        self.markets.push(Seen {
            book: Book::new(None),
            venue_seq: 0,
            next_trade_id: 1,
            last_at: Timestamp::ZERO,
            is_live: false,
            snapshots: 0,
            depths: 0,
            trades: 0,
            gaps: Vec::new(),
            stales: Vec::new(),
            halts: Vec::new(),
        });
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.mix_update(1, market, update);
        assert_eq!(update.ts_venue, update.ts_recv);
        let seen = self.seen(market, update.ts_recv);
        seen.book.replace(&update.bids, &update.asks, &mut BookChanges::default()).expect("valid");
        assert!(update.venue_seq >= seen.venue_seq && update.venue_seq > 0);
        seen.venue_seq = update.venue_seq;
        seen.is_live = true;
        seen.snapshots += 1;
        assert!(!seen.book.is_crossed());
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.mix_update(2, market, update);
        assert_eq!(update.ts_venue, update.ts_recv);
        let seen = self.seen(market, update.ts_recv);
        assert!(seen.is_live, "nothing comes while the feed is held back");
        assert_eq!(update.venue_seq, seen.venue_seq + 1);
        seen.venue_seq = update.venue_seq;
        seen.depths += 1;
        let mut changes = BookChanges::default();
        seen.book.apply(&update.bids, &update.asks, &mut changes).expect("valid");
        let told = (update.bids.len(), update.asks.len());
        assert_eq!((changes.bids.len(), changes.asks.len()), told, "every level is a change");
        assert!(!changes.is_empty());
        assert!(!seen.book.is_crossed());
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let TradeId::Number(id) = trade.id else { panic!("trades are numbered") };
        let sign = trade.aggressor as i64;
        let (price, qty) = (trade.price.mantissa(), trade.qty.mantissa());
        self.mix(&[3, market.0.into(), id as i64, price, qty, sign, trade.ts_venue.nanos()]);
        let seen = self.seen(market, trade.ts_recv);
        assert_eq!(id, seen.next_trade_id);
        assert!(price > 0 && qty > 0);
        seen.next_trade_id += 1;
        seen.trades += 1;
    }

    fn rescaled(&mut self, _: MarketIndex, _: Scales) {
        panic!("simulated markets keep their scales");
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        self.mix(&[4, market.0.into(), gap.expected as i64, gap.found as i64, gap.ts_recv.nanos()]);
        let seen = self.seen(market, gap.ts_recv);
        assert_eq!(gap.expected, seen.venue_seq + 1);
        assert!(gap.found > gap.expected);
        seen.is_live = false;
        seen.gaps.push(gap);
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.mix(&[5, market.0.into(), now.nanos()]);
        let seen = self.seen(market, now);
        seen.is_live = false;
        seen.stales.push(reason);
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.mix(&[6, market.0.into(), now.nanos()]);
        let seen = self.seen(market, now);
        seen.is_live = false;
        seen.halts.push(reason);
    }

    fn duplicate(&mut self, _: MarketIndex) {
        panic!("the simulator repeats nothing");
    }

    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {
        panic!("the simulator sends no bbo of its own");
    }
}

struct Bench {
    simulator: Simulator,
    recorder: Recorder,
    now: Timestamp,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let simulator = Simulator::new(SimConfig { seed, ..SimConfig::default() }, START);
        let mut bench = Self { simulator, recorder: Recorder::new(), now: START };
        bench.run(0);
        bench
    }

    /// Advances by `millis`, whatever number of calls that takes.
    fn run(&mut self, millis: i64) {
        self.now = self.now.plus_millis(millis);
        self.simulator.advance(self.now, &mut self.recorder);
        while self.simulator.next_event_at() <= self.now {
            self.simulator.advance(self.now, &mut self.recorder);
        }
    }

    /// Advances by one event.
    fn step(&mut self) {
        self.now = self.simulator.next_event_at();
        self.simulator.advance(self.now, &mut self.recorder);
    }

    fn set(&mut self, scenario: Scenario) {
        self.simulator.set_scenario(None, scenario, self.now, &mut self.recorder);
    }

    fn btc(&self) -> &Seen {
        &self.recorder.markets[0]
    }

    /// Twice the middle of a market, which is an integer.
    fn double_mid(&self, market: usize) -> i64 {
        let (bid, ask) = touch(&self.recorder.markets[market].book);
        bid + ask
    }

    /// What subscribers hold must be the levels of the order-by-order book.
    fn check_books(&self, seed: u64) {
        for (seen, simulated) in self.recorder.markets.iter().zip(&self.simulator.markets) {
            for side in [BookSide::Bid, BookSide::Ask] {
                let same = seen.book.side(side).iter().eq(simulated.book().levels(side));
                assert!(!seen.is_live || is_losing(simulated) || same, "seed {seed}: {side:?}");
                assert!(!simulated.book().levels(side).any(|level| level.qty.mantissa() <= 0));
            }
        }
    }
}

/// In a gap the subscriber does not know yet that it is behind.
fn is_losing(simulated: &SimulatedMarket) -> bool {
    simulated.scenario() == Scenario::Gap
}

fn touch(book: &Book) -> (i64, i64) {
    let best = |side: BookSide| book.side(side).best().expect("never empty").price.mantissa();
    (best(BookSide::Bid), best(BookSide::Ask))
}

/// Over three seeds more than 100,000 steps; they take their time in a build that is not optimized.
const STEPS_A_SEED: i64 = 35_000;

#[test]
fn what_is_told_is_always_the_order_by_order_book() {
    for seed in [1, 2, 0xdead_beef] {
        let mut bench = Bench::new(seed);
        let mut draw = draw::Draw::new(seed, u64::MAX);
        for step in 0..STEPS_A_SEED {
            if step % 997 == 0 {
                let scenario = Scenario::ALL[draw.below(6) as usize];
                let market = draw.chance(3, 4).then(|| MarketIndex(draw.below(3) as u32));
                let now = bench.now;
                bench.simulator.set_scenario(market, scenario, now, &mut bench.recorder);
            }
            if bench.simulator.next_event_at() == NEVER {
                bench.set(Scenario::Calm);
            }
            bench.step();
            // Comparing all is the slow part; most differences stay until the level changes again.
            if step % 64 == 0 {
                bench.check_books(seed);
            }
        }
        bench.set(Scenario::Calm);
        bench.check_books(seed);
        assert!(bench.recorder.markets.iter().all(|seen| seen.is_live));
        let total = |count: fn(&Seen) -> usize| bench.recorder.markets.iter().map(count).sum::<usize>();
        assert!(total(|seen| seen.gaps.len()) > 0, "seed {seed} has gaps");
        assert!(total(|seen| seen.halts.len()) > 0 && total(|seen| seen.stales.len()) > 0);
    }
}

#[test]
fn calm_markets_look_like_markets() {
    const SECONDS: i64 = 120;
    for seed in [3, 4] {
        let mut bench = Bench::new(seed);
        let mut spreads: [Vec<i64>; MARKETS] = Default::default();
        for _ in 0..SECONDS * 10 {
            bench.run(SECOND_MS / 10);
            for (seen, spreads) in bench.recorder.markets.iter().zip(&mut spreads) {
                let (bid, ask) = touch(&seen.book);
                spreads.push(ask - bid);
                for side in [BookSide::Bid, BookSide::Ask] {
                    let levels = seen.book.side(side).len();
                    assert!((50..=250).contains(&levels), "seed {seed}: {levels} levels");
                }
            }
        }
        for (seen, mut spreads) in bench.recorder.markets.iter().zip(spreads) {
            spreads.sort_unstable();
            let (median, most) = (spreads[spreads.len() / 2], spreads[spreads.len() * 9 / 10]);
            let rates = (seen.depths as i64 / SECONDS, seen.trades as i64 / SECONDS);
            assert!(median <= 3 && most <= 40, "seed {seed}: spreads {median} {most}");
            assert!((20..=60).contains(&rates.0), "seed {seed}: {} depth updates/s", rates.0);
            assert!((2..=10).contains(&rates.1), "seed {seed}: {} trades/s", rates.1);
        }
        for (market, start_ticks) in [6_000_000, 300_000, 150_000].into_iter().enumerate() {
            let moved = (bench.double_mid(market) - 2 * start_ticks).abs();
            assert!(moved < start_ticks / 100, "seed {seed}: {moved} half ticks in two minutes");
            assert!(moved > 0);
        }
    }
}

#[test]
fn busy_is_ten_times_calm() {
    let mut bench = Bench::new(5);
    bench.run(60 * SECOND_MS);
    let calm = (bench.btc().depths, bench.btc().trades);
    bench.set(Scenario::Busy);
    bench.run(60 * SECOND_MS);
    let busy = (bench.btc().depths - calm.0, bench.btc().trades - calm.1);
    assert!((calm.0 * 6..calm.0 * 14).contains(&busy.0), "{calm:?} {busy:?}");
    assert!(busy.1 > calm.1 * 4, "{calm:?} {busy:?}");
}

#[test]
fn a_crash_falls_thins_widens_and_passes() {
    for seed in [6, 10] {
        let mut bench = Bench::new(seed);
        bench.run(20 * SECOND_MS);
        let before: Vec<i64> = (0..MARKETS).map(|market| bench.double_mid(market)).collect();
        bench.set(Scenario::Crash);
        bench.run(30 * SECOND_MS);
        for seen in &bench.recorder.markets {
            let (bid, ask) = touch(&seen.book);
            assert!(ask - bid > ask / 10_000, "seed {seed}: spread {} at {ask}", ask - bid);
            let lots = |side: BookSide| -> i64 {
                (seen.book.side(side).iter())
                    .filter(|level| (level.price.mantissa() - bid).abs() < bid / 100)
                    .map(|level| level.qty.mantissa())
                    .sum()
            };
            let (bids, asks) = (lots(BookSide::Bid), lots(BookSide::Ask));
            assert!(bids * 2 < asks, "seed {seed}: {bids} against {asks} lots within 1 %");
        }
        bench.run(30 * SECOND_MS);
        for (market, before) in before.iter().enumerate() {
            let percent_x10 = (before - bench.double_mid(market)) * 1_000 / before;
            assert!((50..=100).contains(&percent_x10), "seed {seed}: fell {percent_x10} per mille");
        }
        bench.run(60 * SECOND_MS);
        for (seen, simulated) in bench.recorder.markets.iter().zip(&bench.simulator.markets) {
            assert_eq!(simulated.scenario(), Scenario::Calm);
            let (bid, ask) = touch(&seen.book);
            assert!(ask - bid < ask / 20_000, "seed {seed}: spread {} at {ask}", ask - bid);
            assert!(seen.book.bids().len() >= 50);
            assert_eq!(seen.snapshots, 1, "a crash does not break the feed");
        }
    }
}

#[test]
fn halt_stops_everything_until_calm() {
    let mut bench = Bench::new(9);
    bench.run(SECOND_MS);
    bench.simulator.set_scenario(Some(MarketIndex(0)), Scenario::Halt, bench.now, &mut bench.recorder);
    let (depths, trades, eth) = (bench.btc().depths, bench.btc().trades, bench.recorder.markets[1].depths);
    assert_eq!(bench.btc().halts, [StaleReason::Suspended]);
    bench.run(60 * SECOND_MS);
    assert_eq!((bench.btc().depths, bench.btc().trades), (depths, trades));
    assert!(bench.recorder.markets[1].depths > eth, "the other markets trade on");
    bench.simulator.resync(MarketIndex(0), &mut bench.recorder);
    assert_eq!(bench.btc().snapshots, 1, "a halted market stays halted");
    bench.set(Scenario::Calm);
    assert_eq!(bench.btc().snapshots, 2);
    bench.run(SECOND_MS);
    assert!(bench.btc().depths > depths);
    bench.set(Scenario::Halt);
    assert_eq!(bench.simulator.next_event_at(), NEVER);
}

#[test]
fn a_gap_is_noticed_and_healed_once() {
    let mut bench = Bench::new(10);
    bench.run(SECOND_MS);
    let trades = bench.btc().trades;
    bench.set(Scenario::Gap);
    bench.run(5 * SECOND_MS);
    for seen in &bench.recorder.markets {
        assert_eq!((seen.gaps.len(), seen.snapshots, seen.is_live), (1, 2, true));
    }
    assert!(bench.btc().trades > trades);
    assert_eq!(bench.simulator.scenario(MarketIndex(0)), Some(Scenario::Calm));
    bench.check_books(10);
}

#[test]
fn stale_is_silent_while_the_market_moves_on() {
    let mut bench = Bench::new(11);
    bench.run(SECOND_MS);
    bench.set(Scenario::Stale);
    let (hash, before) = (bench.recorder.hash, bench.double_mid(0));
    bench.run(30 * SECOND_MS);
    assert_eq!(bench.recorder.hash, hash, "nothing is heard");
    assert_eq!(bench.btc().stales, [StaleReason::Silence]);
    bench.set(Scenario::Calm);
    assert_eq!(bench.btc().snapshots, 2);
    assert_ne!(bench.double_mid(0), before);
    bench.check_books(11);
    bench.run(SECOND_MS);
    assert_eq!(bench.btc().snapshots, 2);
}

/// A minute with scenario switches on whole seconds, advanced in steps of `step_ms`.
fn stream_hash(seed: u64, step_ms: i64) -> (u64, usize) {
    let mut bench = Bench::new(seed);
    let plan = [
        (5, None, Scenario::Busy),
        (8, Some(0), Scenario::Gap),
        (10, Some(1), Scenario::Halt),
        (12, Some(2), Scenario::Crash),
        (20, Some(0), Scenario::Stale),
        (30, None, Scenario::Calm),
        (40, Some(1), Scenario::Gap),
        (60, None, Scenario::Calm),
    ];
    for (second, market, scenario) in plan {
        let until = START.plus_millis(second * SECOND_MS);
        while bench.now < until {
            bench.run(step_ms.min(until.nanos_since(bench.now) / 1_000_000));
        }
        let now = bench.now;
        bench.simulator.set_scenario(market.map(MarketIndex), scenario, now, &mut bench.recorder);
    }
    (bench.recorder.hash, bench.recorder.markets.iter().map(|seen| seen.depths + seen.trades).sum())
}

#[test]
fn a_seed_makes_one_stream_whatever_the_steps() {
    let first = stream_hash(12, 250);
    assert!(first.1 > 10_000, "{} events", first.1);
    assert_eq!(stream_hash(12, 250), first);
    assert_eq!(stream_hash(12, 1), first);
    assert_eq!(stream_hash(12, 60_000), first);
    assert_ne!(stream_hash(13, 250).0, first.0);
}

#[test]
fn markets_do_not_disturb_each_other() {
    let mut alone = Simulator::new(SimConfig { seed: 14, markets: vec![SimMarket::btc_usd()] }, START);
    let mut recorder = Recorder::new();
    let end = START.plus_millis(20 * SECOND_MS);
    alone.advance(end, &mut recorder);
    let mut bench = Bench::new(14);
    bench.simulator.set_scenario(Some(MarketIndex(1)), Scenario::Crash, START, &mut bench.recorder);
    bench.run(20 * SECOND_MS);
    let levels = |book: &Book| -> Vec<Level> { book.bids().iter().chain(book.asks().iter()).collect() };
    assert_eq!(levels(&bench.btc().book), levels(&recorder.markets[0].book));
    assert_eq!(bench.btc().trades, recorder.markets[0].trades);
}

#[test]
fn a_receiver_that_lost_track_gets_the_book_again() {
    let mut bench = Bench::new(15);
    bench.run(SECOND_MS);
    bench.simulator.resync(MarketIndex(2), &mut bench.recorder);
    bench.simulator.resync(MarketIndex(9), &mut bench.recorder);
    assert_eq!(bench.recorder.markets[2].snapshots, 2);
    bench.check_books(15);
}

#[test]
fn names_are_read_back() {
    for scenario in Scenario::ALL {
        assert_eq!(Scenario::parse(scenario.as_str()), Some(scenario));
    }
    assert_eq!(Scenario::parse("Calm"), None);
    let ids: Vec<String> = (SimMarket::all().iter())
        .map(|market| market.instrument().market_id(VENUE_NAME).to_string())
        .collect();
    assert_eq!(ids, ["sim:BTC-USD", "sim:ETH-USD", "sim:SOL-USD"]);
    assert_eq!(SimMarket::named("ETH-USD"), Some(SimMarket::eth_usd()));
    assert_eq!(SimMarket::named("DOGE-USD"), None);
}
