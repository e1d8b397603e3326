//! The ledger against its model: random operations of many accounts, with everything that must hold held to.

// By its file: as a dependency the testkit would bring a runtime and a database client into the tests of a crate that has neither.
#[allow(dead_code, reason = "others use the rest of it")]
#[path = "../../../../testkit/src/draw.rs"]
mod draw;
mod journal;
mod model;

pub use draw::Draw;
use marketd_domain::instrument::MarketId;
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, Ledger, LedgerBounds, LedgerEvent,
    Liquidity, MarketNo, Need, OrderMoney, Party, Refusal, Settlement, UserNo, worst_cost,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::{Price, Qty, Scale, Scales, Timestamp};
use model::{Model, ModelOrder};

const ASSETS: u32 = 10;
const ACCOUNTS: u32 = 1_000;
/// The model adds up all open orders with each new one.
const OPEN_ORDERS_MAX: usize = 4_000;

impl Draw {
    /// Often tiny, at times large: rounding is at home among the small numbers.
    fn skewed(&mut self, bound: u64) -> i64 {
        let bound = match self.below(4) {
            0 => 3,
            1 => 1_000,
            _ => bound,
        };
        1 + self.below(bound) as i64
    }
}

struct Open {
    money: OrderMoney,
    need: Need,
    model: ModelOrder,
}

struct World {
    draw: Draw,
    ledger: Ledger,
    model: Model,
    orders: Vec<Open>,
    events: Vec<LedgerEvent>,
    users: u32,
    settled: u64,
    refused: u64,
}

fn schedule(draw: &mut Draw) -> FeeSchedule {
    let rate = |millionths: u64| FeeRate::from_millionths(millionths as i32).expect("a rate in range");
    let paid_in = if draw.one_in(2) { FeeIn::Quote } else { FeeIn::Received };
    if draw.one_in(3) {
        let rebate = FeeRate::from_millionths(-(draw.below(100) as i32)).expect("a rate in range");
        return FeeSchedule::new(rebate, rate(100 + draw.below(5_000)), paid_in)
            .expect("not below zero together");
    }
    FeeSchedule::new(rate(draw.below(2_000)), rate(draw.below(100_001)), paid_in).expect("above zero")
}

impl World {
    fn new(seed: u64) -> Self {
        let ledger = Ledger::new(LedgerBounds { accounts: 1_000_000, assets: ASSETS, markets: ASSETS });
        let mut world = Self {
            draw: Draw(seed),
            ledger,
            model: Model::default(),
            orders: Vec::new(),
            events: Vec::new(),
            users: ACCOUNTS,
            settled: 0,
            refused: 0,
        };
        for number in 0..ASSETS {
            // From units as coarse as they may be to the finest.
            let asset = Asset { code: format!("A{number}"), scale: Scale::of(8 + number as u8) };
            world.happens(LedgerEvent::AssetAdded(asset));
        }
        for base in 0..ASSETS - 1 {
            // Scales that just fit the quote's units, and some that leave room.
            let scales = Scales::of((base % 5) as u8, 4);
            let market = MarketId::new("sim", &format!("A{base}"), &format!("A{}", base + 1));
            let (base, quote) = (AssetNo::new(base), AssetNo::new(base + 1));
            world.happens(LedgerEvent::MarketAdded { market, base, quote, scales });
        }
        for user in 0..ACCOUNTS {
            let fees = schedule(&mut world.draw);
            world.happens(LedgerEvent::AccountOpened {
                user: UserNo::new(user),
                name: "main".to_owned(),
                fees,
            });
        }
        for _ in 0..ACCOUNTS * 20 {
            world.deposit();
        }
        world
    }

    fn happens(&mut self, event: LedgerEvent) {
        self.ledger.apply(&event).unwrap_or_else(|refusal| panic!("{refusal}: {event:?}"));
        self.events.push(event);
    }

    /// The open version of some account.
    fn account(&mut self) -> AccountNo {
        let user = UserNo::new(self.draw.below(u64::from(self.users)) as u32);
        let mut accounts = self.ledger.accounts_of(user);
        accounts.next().expect("every user has an account")
    }

    fn market(&mut self) -> MarketNo {
        MarketNo::new(self.draw.below(u64::from(ASSETS - 1)) as u32)
    }

    fn step(&mut self) {
        match self.draw.below(100) {
            0..8 => self.deposit(),
            8..48 if self.orders.len() < OPEN_ORDERS_MAX => self.place(),
            8..48 => self.close(),
            48..62 => self.settle_venue(),
            62..80 => self.settle_pair(),
            80..84 => self.resize(),
            84..96 => self.close(),
            96..98 => {
                let (account, fees) = (self.account(), schedule(&mut self.draw));
                self.happens(LedgerEvent::FeesSet { account, fees });
            }
            98 => self.reset(),
            _ => self.clone_account(),
        }
    }

    fn deposit(&mut self) {
        let (account, asset) = (self.account(), AssetNo::new(self.draw.below(u64::from(ASSETS)) as u32));
        let amount = i128::from(self.draw.skewed(1 << 62)) * (1 << self.draw.below(40));
        self.happens(LedgerEvent::Deposited { account, asset, amount: Amount::from_units(amount) });
        self.model.deposit(account, asset, amount);
    }

    fn place(&mut self) {
        let (account, market) = (self.account(), self.market());
        let side = if self.draw.one_in(2) { OrderSide::Buy } else { OrderSide::Sell };
        let (price, qty) = (self.draw.skewed(1_000_000), self.draw.skewed(100_000_000));
        let terms = self.ledger.terms(market).expect("a market").clone();
        let unit =
            terms.quote_amount(Price::from_mantissa(1), Qty::from_mantissa(1)).expect("it fits").units();
        let of_quote = side == OrderSide::Buy && self.draw.one_in(4);
        let need = if of_quote {
            Need::Quote(Amount::from_units(unit * i128::from(price) * i128::from(qty)))
        } else {
            Need::Base { price: Price::from_mantissa(price), qty: Qty::from_mantissa(qty) }
        };
        let fees = self.ledger.account(account).expect("an account").fees;
        let base_unit = terms.base_amount(Qty::from_mantissa(1)).expect("it fits").units();
        let (limit, left) = match need {
            Need::Quote(amount) => (0, amount.units()),
            _ => (unit * i128::from(price), i128::from(qty)),
        };
        let (base, quote) = (terms.base, terms.quote);
        let model =
            ModelOrder { account, base, quote, side, fees, price: limit, left, base_unit, owed: 0, paid: 0 };
        let worst = model.worst_cost();
        let reserved: i128 = self.reserved_by_model(account, model.given());
        let is_covered = self.model.total(account, model.given()) - reserved >= worst;
        match self.ledger.open_order(account, market, side, &need) {
            Ok(money) => {
                assert!(is_covered, "an order that is not covered was accepted");
                assert_eq!(money.hold().units(), worst);
                let amount = money.hold();
                self.events.push(LedgerEvent::Reserved { account, asset: model.given(), amount });
                self.orders.push(Open { money, need, model });
            }
            Err(refusal) => {
                assert_eq!(refusal, Refusal::InsufficientBalance);
                assert!(!is_covered, "an order that is covered was refused");
                self.refused += 1;
            }
        }
    }

    fn reserved_by_model(&self, account: AccountNo, asset: AssetNo) -> i128 {
        let of = |open: &&Open| open.model.account == account && open.model.given() == asset;
        self.orders.iter().filter(of).map(|open| open.model.worst_cost()).sum()
    }

    fn some_order(&mut self) -> Option<usize> {
        let len = self.orders.len() as u64;
        (len > 0).then(|| self.draw.below(len) as usize)
    }

    /// A quantity the order can trade at this price, and what is left of it then.
    fn part_of(&mut self, nth: usize, price: i64) -> Option<(i64, Need)> {
        let open = &self.orders[nth];
        match open.need {
            Need::Nothing => None,
            Need::Base { price: limit, qty } => {
                let all = qty.mantissa();
                let part = if self.draw.one_in(4) { all } else { 1 + self.draw.below(all as u64) as i64 };
                let left = Qty::from_mantissa(all - part);
                Some((part, if part == all { Need::Nothing } else { Need::Base { price: limit, qty: left } }))
            }
            Need::Quote(amount) => {
                let terms = self.ledger.terms(open.money.market()).expect("a market");
                let each = terms.quote_amount(Price::from_mantissa(price), Qty::from_mantissa(1))?.units();
                let most = i64::try_from(amount.units() / each).ok().filter(|most| *most > 0)?;
                let part = 1 + self.draw.below(most as u64) as i64;
                let left = Amount::from_units(amount.units() - each * i128::from(part));
                // What is too small to buy anything goes back.
                let is_done = left.units() < each;
                Some((part, if is_done { Need::Nothing } else { Need::Quote(left) }))
            }
        }
    }

    /// A price that the order may trade at.
    fn price_for(&mut self, nth: usize) -> i64 {
        match (self.orders[nth].need, self.orders[nth].money.side()) {
            (Need::Base { price, .. }, OrderSide::Buy) => 1 + self.draw.below(price.mantissa() as u64) as i64,
            (Need::Base { price, .. }, OrderSide::Sell) => price.mantissa() + self.draw.below(1_000) as i64,
            _ => self.draw.skewed(1_000_000),
        }
    }

    fn settle_venue(&mut self) {
        let Some(nth) = self.some_order() else { return };
        let price = self.price_for(nth);
        if let Some((qty, left)) = self.part_of(nth, price) {
            self.settle(&[(nth, left)], price, qty);
        }
    }

    /// Two orders of one market, of the same account as well.
    fn settle_pair(&mut self) {
        let Some(buy) = self.some_order() else { return };
        let market = self.orders[buy].money.market();
        let from = self.draw.below(self.orders.len() as u64) as usize;
        let is_pair = |nth: &usize| {
            let other = &self.orders[*nth].money;
            other.market() == market && other.side() == OrderSide::Sell
        };
        let sell = (from..self.orders.len()).chain(0..from).find(is_pair);
        let Some(sell) = sell.filter(|_| self.orders[buy].money.side() == OrderSide::Buy) else { return };
        let price = self.price_for(buy);
        let (Some((of_buyer, _)), Some((of_seller, _))) =
            (self.part_of(buy, price), self.part_of(sell, price))
        else {
            return;
        };
        let qty = of_buyer.min(of_seller);
        let legs = [(buy, self.left_after(buy, price, qty)), (sell, self.left_after(sell, price, qty))];
        self.settle(&legs, price, qty);
    }

    fn left_after(&self, nth: usize, price: i64, qty: i64) -> Need {
        let open = &self.orders[nth];
        match open.need {
            Need::Nothing => Need::Nothing,
            Need::Base { qty: all, .. } if all.mantissa() == qty => Need::Nothing,
            Need::Base { price: limit, qty: all } => {
                Need::Base { price: limit, qty: Qty::from_mantissa(all.mantissa() - qty) }
            }
            Need::Quote(amount) => {
                let terms = self.ledger.terms(open.money.market()).expect("a market");
                let spent = terms
                    .quote_amount(Price::from_mantissa(price), Qty::from_mantissa(qty))
                    .expect("it fits");
                let left = amount.checked_sub(spent).expect("it fits");
                if left.is_zero() { Need::Nothing } else { Need::Quote(left) }
            }
        }
    }

    fn settle(&mut self, legs: &[(usize, Need)], price: i64, qty: i64) {
        let market = self.orders[legs[0].0].money.market();
        let terms = self.ledger.terms(market).expect("a market").clone();
        let (at_price, of_qty) = (Price::from_mantissa(price), Qty::from_mantissa(qty));
        let base = terms.base_amount(of_qty).expect("it fits").units();
        let quote = terms.quote_amount(at_price, of_qty).expect("it fits").units();
        let mut parties = [Party::Venue, Party::Venue];
        let mut liquidities = Vec::new();
        for (nth, left) in legs {
            let liquidity = if self.draw.one_in(2) { Liquidity::Maker } else { Liquidity::Taker };
            let open = &self.orders[*nth];
            let is_sell = open.money.side() == OrderSide::Sell;
            parties[usize::from(is_sell)] = Party::Order { money: open.money, liquidity, left: *left };
            liquidities.push(liquidity);
        }
        let [buyer, seller] = parties;
        let at = Timestamp::from_millis(self.settled as i64 * 1_000);
        let settlement = Settlement { market, price: at_price, qty: of_qty, buyer, seller, at };
        let settled =
            self.ledger.settle(&settlement).unwrap_or_else(|refusal| panic!("{refusal}: {settlement:?}"));
        self.settled += 1;
        for ((nth, left), liquidity) in legs.iter().zip(liquidities) {
            let open = &mut self.orders[*nth];
            open.money = settled.leg(open.money.side()).expect("our leg").money;
            open.need = *left;
            let less = if matches!(left, Need::Nothing) {
                open.model.left
            } else if open.model.price == 0 {
                quote
            } else {
                i128::from(qty)
            };
            self.model.fill(&mut open.model, liquidity, (base, quote), less);
        }
        for (party, side) in [(buyer, OrderSide::Buy), (seller, OrderSide::Sell)] {
            if party == Party::Venue {
                self.model.fill_venue(side, (terms.base, base), (terms.quote, quote));
            }
        }
        self.events.push(LedgerEvent::Settled(Box::new(settled)));
        self.orders.retain(|open| !matches!(open.need, Need::Nothing));
    }

    fn resize(&mut self) {
        let Some(nth) = self.some_order() else { return };
        let Need::Base { price, .. } = self.orders[nth].need else { return };
        let qty = self.draw.skewed(100_000_000);
        let need = Need::Base { price, qty: Qty::from_mantissa(qty) };
        let Self { ledger, orders, .. } = self;
        let open = &mut orders[nth];
        let before = open.money.hold();
        if ledger.resize_order(&mut open.money, &need).is_err() {
            assert_eq!(open.money.hold(), before);
            return;
        }
        open.need = need;
        open.model.left = i128::from(qty);
        let (account, asset) = (open.model.account, open.model.given());
        let more = open.money.hold().checked_sub(before).expect("it fits");
        self.events.push(if more.is_negative() {
            LedgerEvent::Released { account, asset, amount: more.checked_neg().expect("it fits") }
        } else {
            LedgerEvent::Reserved { account, asset, amount: more }
        });
    }

    fn close(&mut self) {
        let Some(nth) = self.some_order() else { return };
        let mut closed = self.orders.swap_remove(nth);
        let amount = closed.money.hold();
        self.ledger.close_order(&mut closed.money).expect("an open order");
        let (account, asset) = (closed.model.account, closed.model.given());
        self.events.push(LedgerEvent::Released { account, asset, amount });
    }

    fn reset(&mut self) {
        let account = self.account();
        let has_orders = self.orders.iter().any(|open| open.model.account == account);
        let event = LedgerEvent::AccountReset { account };
        match self.ledger.apply(&event) {
            Ok(()) => {
                assert!(!has_orders, "an account with open orders was reset");
                self.events.push(event);
            }
            Err(refusal) => assert!(has_orders && refusal == Refusal::ReservedBalance, "{refusal}"),
        }
    }

    fn clone_account(&mut self) {
        let source = self.account();
        let name = format!("clone {}", self.events.len());
        self.happens(LedgerEvent::AccountCloned { source, name });
        let clone = self.ledger.accounts().last().expect("the clone").0;
        for asset in (0..ASSETS).map(AssetNo::new) {
            let amount = self.model.total(source, asset);
            self.model.deposit(clone, asset, amount);
        }
    }

    fn check(&self) {
        self.ledger.audit(self.orders.iter().map(|open| &open.money)).expect("all rules hold");
        for open in &self.orders {
            let terms = self.ledger.terms(open.money.market()).expect("a market");
            let worst =
                worst_cost(terms, open.money.side(), &open.need, open.money.fees(), open.money.carry());
            assert_eq!(worst, Ok(open.money.hold()));
            assert_eq!(open.money.hold().units(), open.model.worst_cost());
        }
        for (number, account) in self.ledger.accounts() {
            for (asset, balance) in account.balances() {
                assert_eq!(balance.total().units(), self.model.total(number, asset), "{number} of {asset}");
            }
        }
        for (asset, _, totals) in self.ledger.assets() {
            let of = |by_asset: &std::collections::BTreeMap<AssetNo, i128>| {
                by_asset.get(&asset).copied().unwrap_or(0)
            };
            assert_eq!(totals.fees.units(), of(&self.model.fees));
            assert_eq!(totals.venue.units(), of(&self.model.venue));
            assert_eq!(totals.faucet.units(), of(&self.model.faucet));
        }
    }
}

/// 1,000 accounts and ten assets.
#[test]
fn no_unit_of_money_is_lost_or_made() {
    let is_long = std::env::var_os("MARKETD_LONG").is_some();
    let commands: u64 = if is_long { 1_000_000 } else { 100_000 };
    let mut world = World::new(1);
    for number in 0..commands {
        world.step();
        if number % (commands / 20) == 0 {
            world.check();
        }
    }
    world.check();
    // A load that is refused, or never trades, would prove nothing.
    println!("{} settlements, {} refusals, {} open", world.settled, world.refused, world.orders.len());
    assert!(world.settled > commands / 10 && world.refused > commands / 50 && world.orders.len() > 50);
    let mut folded = Ledger::new(LedgerBounds { accounts: 1_000_000, assets: ASSETS, markets: ASSETS });
    for event in &world.events {
        folded.apply(event).unwrap_or_else(|refusal| panic!("{refusal}: {event:?}"));
    }
    assert!(folded == world.ledger, "the fold of the events is another ledger");
}
