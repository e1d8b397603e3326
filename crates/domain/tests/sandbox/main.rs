//! The sandbox under random commands and random markets. Every run prints its seed when it fails; 100,000 steps
//! every day, 1,000,000 with `MARKETD_LONG=1`.

mod draw;
mod evidence;
mod lines;
mod model;
mod scaled;
mod sim;
mod sound;
mod world;

use marketd_domain::journal::{Coded, Reader, VERSION};
use marketd_domain::sandbox::{Event, EventBody, Sandbox, SandboxBounds, SandboxState};

use self::evidence::Evidences;
use self::lines::Lines;
use self::model::Model;
use self::world::{World, WorldKind};

const STEPS: u64 = 1_000;

fn runs() -> u64 {
    if std::env::var_os("MARKETD_LONG").is_some() { 1_000 } else { 100 }
}

/// Everything at once: all order types, lists, latency, several accounts and two markets, broken feeds.
#[test]
fn invariants_hold_whatever_comes() {
    let mut widened = 0;
    for seed in 0..runs() / 2 {
        let mut world = World::new(seed, WorldKind::Everything);
        let mut evidences = Evidences::default();
        let mut written = world.sandbox.state();
        let written_at = seed * 7 % STEPS;
        for step in 0..STEPS {
            let before = world.events.len();
            world.step();
            let at = format!("seed {seed} step {step}");
            world.assert_sound(&at);
            evidences.check(&world.events[before..], &at);
            if step == written_at {
                written = world.sandbox.state();
            }
        }
        assert_replays(&world, &written, seed);
        let is_widened = |event: &&Event| matches!(event.body, EventBody::MarketWidened(_));
        widened += world.events.iter().filter(is_widened).count() as u64;
        assert_comes_back(&world, seed);
    }
    assert!(widened > runs() / 4, "{widened} markets that widened prove little");
}

fn assert_comes_back(world: &World, seed: u64) {
    let mut bytes = Vec::new();
    for event in &world.events {
        bytes.clear();
        event.put(&mut bytes);
        assert_eq!(Reader::new(&bytes, VERSION).whole().as_ref(), Ok(event), "seed {seed}");
    }
}

/// The events alone give the same state: all of them, or those after a state that was written down.
fn assert_replays(world: &World, written: &SandboxState, seed: u64) {
    let expected = world.sandbox.state().durable();
    let from_start = Sandbox::new(world::BOUNDS);
    let from_state = Sandbox::restore(written.clone(), world::BOUNDS).expect("a state that was just written");
    for (mut sandbox, from) in [(from_start, 0), (from_state, written.seq())] {
        let mut lines = Lines::default();
        for event in &world.events[from as usize..] {
            sandbox.replay(event).unwrap_or_else(|error| panic!("seed {seed} from {from}: {error}"));
            lines.add(&sandbox, event);
        }
        if from == 0 {
            assert!(lines == world.lines, "seed {seed}: the lines of a journal");
        }
        assert_eq!(sandbox.next_due(), world.sandbox.next_due(), "seed {seed} from {from}: the timers");
        let replayed = sandbox.state().durable();
        assert!(replayed == expected, "seed {seed} from {from}");
        let again = Sandbox::restore(sandbox.state(), world::BOUNDS).expect("a state that was just written");
        assert!(again.state() == sandbox.state(), "seed {seed} from {from}: restored");
    }
}

/// 1,000 accounts with 10 assets in 9 markets: 20,000 steps, 1,000,000 with `MARKETD_LONG=1`.
#[test]
fn a_crowd_keeps_every_unit() {
    let steps = runs() * if runs() > 100 { 1_000 } else { 200 };
    let mut world = World::new(3, WorldKind::Crowd);
    let mut evidences = Evidences::default();
    let mut replayed = Sandbox::new(world.bounds());
    for step in 0..steps {
        world.step();
        if (step + 1) % (steps / 10) == 0 {
            let at = format!("step {step}");
            world.assert_sound(&at);
            let events = core::mem::take(&mut world.events);
            evidences.check(&events, &at);
            for event in &events {
                replayed.replay(event).unwrap_or_else(|error| panic!("{at}: {error}"));
            }
            assert!(replayed.state().durable() == world.sandbox.state().durable(), "{at}: replayed");
        }
    }
    let fills = world.sandbox.fills().last().map_or(0, |record| record.fill.fill_id.get());
    // In a long run many accounts have been reset, and are empty.
    assert!(fills > steps / 20, "{fills} fills prove little");
}

#[test]
fn the_same_inputs_give_the_same_events() {
    for seed in 0..runs() / 10 {
        let run = || {
            let mut world = World::new(seed, WorldKind::Everything);
            for _ in 0..STEPS {
                world.step();
            }
            world.events
        };
        assert!(run() == run(), "seed {seed}");
    }
}

/// Limit and market orders, cancels, amendments, prints and books, held against a model that searches all orders
/// for everything and knows no latency, lists or triggers.
#[test]
fn a_slow_and_obvious_model_agrees() {
    for seed in 0..runs() / 2 {
        let mut world = World::new(seed, WorldKind::Plain);
        let mut model = Model::default();
        for step in 0..STEPS {
            let before = world.events.len();
            let input = world.step();
            let expected = model.take(&input);
            let told: Vec<model::Fill> = world.events[before..].iter().filter_map(model::fill_of).collect();
            let at = format!("seed {seed} step {step}: {input:?}");
            assert_eq!(told, expected, "{at}");
            assert_eq!(model::open_orders(&world.sandbox), model.open_orders(), "{at}");
        }
        assert!(model.fills > 50, "seed {seed}: {} fills prove little", model.fills);
    }
}

#[test]
fn an_event_out_of_its_place_is_not_replayed() {
    let mut world = World::new(7, WorldKind::Everything);
    for _ in 0..100 {
        world.step();
    }
    let (first, rest): (&Event, &[Event]) = world.events.split_first().expect("events");
    let mut sandbox = Sandbox::new(SandboxBounds::default());
    assert!(sandbox.replay(&rest[0]).is_err(), "a gap");
    sandbox.replay(first).expect("the first");
    assert!(sandbox.replay(first).is_err(), "twice");
}
