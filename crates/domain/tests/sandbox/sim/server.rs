//! The server: a sandbox, its journal by group commit, and what may be told when.

use std::collections::{BTreeSet, VecDeque};

use marketd_domain::instrument::MarketId;
use marketd_domain::journal::{Coded, StateHash};
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, LedgerBounds, MarketNo, UserNo,
};
use marketd_domain::sandbox::{
    Command, Delay, Done, Event, EventBody, Input, Latency, MarketEvent, MarketListed, MarketRules, OrderId,
    QueueModel, Reject, Sandbox, SandboxBounds, VenueStatus,
};
use marketd_domain::{Notional, Price, Qty, Scale, Scales, Timestamp};

use super::super::draw::Draw;
use super::super::evidence::Evidences;
use super::super::lines::Lines;
use super::super::sound::assert_sound;
use super::clients::{Outcome, Placed};
use super::disk::Disk;
use super::venue::{News, Venue};

const MARKET: MarketNo = MarketNo::new(0);
const BOUNDS: SandboxBounds = SandboxBounds {
    ledger: LedgerBounds { accounts: 10, assets: 4, markets: 2 },
    orders: 10_000,
    finished_orders: 10_000,
    fills: 10_000,
};

#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Placed(usize, Outcome),
    Cancelled(OrderId),
    Nothing,
}

pub struct Server {
    pub sandbox: Sandbox,
    /// Of what was told and of all events that were synced.
    pub trace: u64,
    pub fills: u64,
    disk: Disk,
    /// Happened, and in no commit yet.
    gathered: Vec<Event>,
    /// Written, and the steps until they are synced.
    in_flight: Option<(Vec<Event>, u64)>,
    durable_seq: u64,
    /// What waits for the event that it rests on.
    waiting: VecDeque<(u64, Answer)>,
    ready: Vec<Answer>,
    /// The fold of what was synced: what must be there whatever happens.
    synced: Sandbox,
    evidences: Evidences,
    lines: Lines,
    accepted: usize,
    /// The last message that was taken of the feed; `None` while the book is in doubt.
    heard: Option<u64>,
}

fn mixed(trace: u64, word: u64) -> u64 {
    (trace ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
}

impl Server {
    pub fn new(now: Timestamp) -> Self {
        let mut server = Self {
            sandbox: Sandbox::new(BOUNDS),
            trace: 0xcbf2_9ce4_8422_2325,
            fills: 0,
            disk: Disk::default(),
            gathered: Vec::new(),
            in_flight: None,
            durable_seq: 0,
            waiting: VecDeque::new(),
            ready: Vec::new(),
            synced: Sandbox::new(BOUNDS),
            evidences: Evidences::default(),
            lines: Lines::default(),
            accepted: 0,
            heard: None,
        };
        server.found(now);
        server
    }

    fn found(&mut self, now: Timestamp) {
        for code in ["BTC", "USD"] {
            self.act(&Command::AddAsset(Asset { code: code.to_owned(), scale: Scale::of(8) }), now);
        }
        let rules = MarketRules {
            tick_size: Price::from_mantissa(1),
            lot_size: Qty::from_mantissa(1),
            min_notional: Notional::ZERO,
            band_bps: None,
            queue_model: QueueModel::RiskAverse,
            max_depth: None,
            is_full_depth: true,
        };
        // Four decimals each: a notional is a single unit of quote, so fees have something to round and to carry.
        let (base, quote, scales) = (AssetNo::new(0), AssetNo::new(1), Scales::of(4, 4));
        let market = MarketId::new("sim", "BTC", "USD");
        self.act(&Command::ListMarket(Box::new(MarketListed { market, base, quote, scales, rules })), now);
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
        for number in 0..3u32 {
            let paid_in = if number == 0 { FeeIn::Received } else { FeeIn::Quote };
            let fees = FeeSchedule::new(rate(300), rate(1_100), paid_in).expect("a schedule");
            self.act(&Command::OpenAccount { user: UserNo::new(number), name: "a".to_owned(), fees }, now);
            let account = AccountNo::new(number);
            for (asset, units) in [(base, 150 * 10_000), (quote, 12_000)] {
                let amount = Amount::from_units(units);
                self.act(&Command::Deposit { account, asset, amount }, now);
            }
        }
        let delay = |millis: u64| Delay::Uniform { min_ns: 0, max_ns: millis * 1_000_000 };
        // Cancels are long on their way, so that a restart may find them there.
        let latency = Latency { entry: delay(9), cancel: delay(80), reply: delay(9), seed: 5 };
        self.act(&Command::SetLatency { account: AccountNo::new(2), latency }, now);
    }

    pub fn apply(&mut self, input: Input<'_>, now: Timestamp) {
        // Data that is refused, and time, ask for no answer.
        let _ = self.input(input, now);
    }

    fn input(&mut self, input: Input<'_>, now: Timestamp) -> Result<Done, Reject> {
        let (before, was_live) = (self.gathered.len(), self.is_live());
        let done = self.sandbox.apply(input, now, &mut self.gathered);
        let is_fill = |event: &Event| matches!(event.body, EventBody::OrderFilled(_));
        let has_filled = self.gathered[before..].iter().any(is_fill);
        // What falls due before a doubt is heard of still meets the book.
        let is_live = was_live || self.is_live();
        assert!((self.heard.is_some() && is_live) || !has_filled, "a fill while the book is in doubt");
        done
    }

    fn is_live(&self) -> bool {
        self.sandbox.market_status(MARKET) == Some(VenueStatus::Live)
    }

    fn answer(&mut self, answer: Answer) {
        self.waiting.push_back((self.sandbox.seq(), answer));
    }

    pub fn place(&mut self, number: usize, placed: &Placed, now: Timestamp) {
        let command = Command::PlaceOrder { account: placed.account, request: placed.request };
        let outcome = match self.input(Input::Command(&command), now) {
            Ok(Done::Order(order_id)) => Outcome::Accepted(order_id),
            _ => Outcome::Refused,
        };
        self.answer(Answer::Placed(number, outcome));
    }

    /// Whether the order is known; then that is answered.
    pub fn ask(&mut self, number: usize, placed: &Placed) -> bool {
        let client_order_id = placed.request.client_order_id.expect("a name");
        let found = self.sandbox.order_by_client_id(placed.account, client_order_id);
        let Some(order_id) = found.map(|order| order.order_id) else { return false };
        self.answer(Answer::Placed(number, Outcome::Accepted(order_id)));
        true
    }

    pub fn act(&mut self, command: &Command, now: Timestamp) {
        let done = self.input(Input::Command(command), now);
        self.answer(match (command, done) {
            (Command::CancelOrder { order_id, .. }, Ok(_)) => Answer::Cancelled(*order_id),
            _ => Answer::Nothing,
        });
    }

    /// The next messages of the feed; after a doubt, now and then a snapshot.
    pub fn hear(&mut self, venue: &mut Venue, now: Timestamp, draw: &mut Draw) {
        let Some(heard) = self.heard else {
            if draw.one_in(3) {
                let (bids, asks) = venue.levels();
                let event = MarketEvent::Snapshot { bids: &bids, asks: &asks, book: venue.book_ref() };
                self.heard = Some(venue.seq());
                self.apply(Input::Market { market: MARKET, event }, now);
                let live = MarketEvent::Status(VenueStatus::Live);
                self.apply(Input::Market { market: MARKET, event: live }, now);
            } else if let Some((_, News::Print(print))) = venue.wire.pop_front() {
                // The tape goes on while the book is in doubt.
                self.apply(Input::Market { market: MARKET, event: MarketEvent::Print(&print) }, now);
            }
            return;
        };
        let Some((seq, news)) = venue.wire.pop_front() else { return };
        if seq <= heard {
            return;
        }
        if seq > heard + 1 {
            // What falls due until then still meets the book.
            let stale = MarketEvent::Status(VenueStatus::Stale);
            self.apply(Input::Market { market: MARKET, event: stale }, now);
            self.heard = None;
            return;
        }
        self.heard = Some(seq);
        let event = match &news {
            News::Changes { bids, asks, book } => MarketEvent::Changes { bids, asks, book: *book },
            News::Print(print) => MarketEvent::Print(print),
        };
        self.apply(Input::Market { market: MARKET, event }, now);
    }

    /// A state is kept only of what is on the disk: the journal must never be behind it.
    pub fn keep_state(&mut self) {
        if self.sandbox.seq() == self.durable_seq {
            self.disk.write_state(&self.sandbox);
        }
    }

    /// One commit at a time; it ends some steps after it began.
    pub fn commit(&mut self, sync: u64, draw: &mut Draw) {
        if let Some((_, left)) = &mut self.in_flight {
            *left -= 1;
            if *left == 0
                && let Some((events, _)) = self.in_flight.take()
            {
                self.disk.sync();
                self.synced(&events);
            }
        }
        if self.in_flight.is_none() && !self.gathered.is_empty() {
            let events = core::mem::take(&mut self.gathered);
            self.disk.write(&events);
            self.in_flight = Some((events, 1 + draw.below(sync)));
        }
        while let Some((_, answer)) = self.waiting.pop_front_if(|(seq, _)| *seq <= self.durable_seq) {
            self.trace = mixed(self.trace, format!("{answer:?}").len() as u64 ^ self.durable_seq);
            self.ready.push(answer);
        }
    }

    fn synced(&mut self, events: &[Event]) {
        let mut bytes = Vec::new();
        for event in events {
            self.synced.replay(event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
            self.lines.add(&self.synced, event);
            self.durable_seq = event.seq;
            self.accepted += usize::from(matches!(event.body, EventBody::OrderAccepted(_)));
            self.fills += u64::from(matches!(event.body, EventBody::OrderFilled(_)));
            event.put(&mut bytes);
        }
        self.evidences.check(events, "synced");
        self.trace = bytes.iter().fold(self.trace, |trace, byte| mixed(trace, u64::from(*byte)));
    }

    pub fn answers(&mut self) -> Vec<Answer> {
        core::mem::take(&mut self.ready)
    }

    pub const fn accepted(&self) -> usize {
        self.accepted
    }

    pub fn assert_sound(&self, at: &str) {
        assert_sound(&self.sandbox, at);
        self.lines.assert_equal(&self.synced, at);
    }

    /// The process is gone, and another one starts from the disk.
    pub fn crash(&mut self, now: Timestamp, draw: &mut Draw, at: &str) {
        let before = core::mem::replace(&mut self.sandbox, Sandbox::new(BOUNDS));
        let lost = core::mem::take(&mut self.gathered);
        let written = self.in_flight.take().map_or(Vec::new(), |(events, _)| events);
        self.waiting.clear();
        self.disk.crash(draw);
        self.sandbox = self.disk.recover(BOUNDS, at);
        self.heard = None;
        assert!(self.sandbox.seq() >= self.durable_seq, "{at}: what was synced is lost");
        // What was written may have come through, as a whole.
        if self.sandbox.seq() > self.durable_seq {
            assert_eq!(
                Some(self.sandbox.seq()),
                written.last().map(|event| event.seq),
                "{at}: half a commit"
            );
            self.synced(&written);
        }
        let hash = |sandbox: &Sandbox| StateHash::of(&sandbox.state().durable());
        assert_eq!(hash(&self.sandbox), hash(&self.synced), "{at}: another state");
        let is_kept = |event: &&Event| event.seq > self.sandbox.seq();
        let changed: BTreeSet<u64> =
            written.iter().chain(&lost).filter(is_kept).flat_map(|event| orders_of(&event.body)).collect();
        self.assert_no_better_places(&before, &changed, at);
        let connecting = MarketEvent::Status(VenueStatus::Connecting);
        self.apply(Input::Market { market: MARKET, event: connecting }, now);
        self.apply(Input::Time, now);
        self.assert_sound(at);
    }

    /// Nobody got on in a queue by a restart.
    fn assert_no_better_places(&self, before: &Sandbox, changed: &BTreeSet<u64>, at: &str) {
        for order in self.sandbox.orders().filter(|order| !changed.contains(&order.order_id.get())) {
            let ahead = |sandbox: &Sandbox| {
                let report = sandbox.explain(order.account, order.order_id)?.queue?;
                Some(report.queue_ahead.map_or(i64::MAX, Qty::mantissa))
            };
            let (was, is) = (ahead(before), ahead(&self.sandbox));
            assert!(is >= was, "{at}: {was:?} in front, and after the restart {is:?}: {order:?}");
        }
    }
}

/// The orders that an event is about.
fn orders_of(body: &EventBody) -> Vec<u64> {
    let order_id = match body {
        EventBody::OrderRested(rested) => rested.order_id,
        EventBody::OrderFilled(fill) => fill.order_id,
        EventBody::OrderAmended(amended) => amended.order_id,
        EventBody::OrderPrevented { order_id, .. } | EventBody::OrderEnded { order_id, .. } => *order_id,
        _ => return Vec::new(),
    };
    vec![order_id.get()]
}
