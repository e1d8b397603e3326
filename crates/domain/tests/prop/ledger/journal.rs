//! A ledger out of its journal: from the start, from any snapshot, and never from damaged bytes.

use marketd_domain::journal::{
    CodecError, Coded, Reader, Record, RecordKind, Records, StateHash, VERSION, read_record, write_record,
};
use marketd_domain::ledger::{Ledger, LedgerBounds, LedgerEvent};
use proptest::prelude::*;

use super::{Draw, World};

fn replayed(mut ledger: Ledger, journal: &[u8], next_seq: u64) -> Ledger {
    for record in Records::new(journal, next_seq) {
        let event: LedgerEvent = record.expect("intact").decode().expect("an event");
        ledger.apply(&event).unwrap_or_else(|refusal| panic!("{refusal}: {event:?}"));
    }
    ledger
}

fn world(commands: u64) -> World {
    let mut world = World::new(2);
    (0..commands).for_each(|_| world.step());
    world
}

#[test]
fn a_snapshot_and_the_tail_are_the_whole_journal() {
    let world = world(5_000);
    let mut journal = Vec::new();
    let mut offsets = Vec::new();
    for (seq, event) in (1..).zip(&world.events) {
        offsets.push(journal.len());
        write_record(&mut journal, RecordKind::Event, seq, event).expect("short");
    }
    let hash = StateHash::of(&world.ledger);
    assert_eq!(StateHash::of(&replayed(Ledger::new(LedgerBounds::default()), &journal, 1)), hash);
    let mut draw = Draw(3);
    for _ in 0..20 {
        let cut = draw.below(offsets.len() as u64) as usize;
        let before = replayed(Ledger::new(LedgerBounds::default()), &journal[..offsets[cut]], 1);
        let mut snapshot = Vec::new();
        write_record(&mut snapshot, RecordKind::Snapshot, cut as u64, &before).expect("short");
        let (record, _) = read_record(&snapshot).expect("intact");
        let restored: Ledger = record.decode().expect("a ledger");
        assert_eq!(StateHash::of(&restored), StateHash::of(&before), "at {cut}");
        let after = replayed(restored, &journal[offsets[cut]..], record.seq + 1);
        assert_eq!(StateHash::of(&after), hash, "cut at {cut}");
        after.audit(world.orders.iter().map(|open| &open.money)).expect("all rules hold");
    }
}

#[test]
fn a_hash_tells_states_apart() {
    let world = world(500);
    let mut bytes = Vec::new();
    world.ledger.put(&mut bytes);
    let mut changed = world.ledger.clone();
    changed.apply(&LedgerEvent::GlobalKillSwitchSet { is_killed: true }).expect("always");
    assert_ne!(StateHash::of(&changed), StateHash::of(&world.ledger));
    changed.apply(&LedgerEvent::GlobalKillSwitchSet { is_killed: false }).expect("always");
    assert_eq!(StateHash::of(&changed), StateHash::of(&world.ledger));
    assert_eq!(StateHash::of(&world.ledger).to_string().len(), 64);
}

#[test]
fn events_come_back_exactly_and_their_parts_do_not() {
    let world = world(3_000);
    let mut kinds = std::collections::HashSet::new();
    for event in &world.events {
        let is_new = kinds.insert(std::mem::discriminant(event));
        let mut bytes = Vec::new();
        event.put(&mut bytes);
        assert_eq!(Reader::new(&bytes, VERSION).whole().as_ref(), Ok(event));
        if is_new {
            for cut in 0..bytes.len() {
                let part = Reader::new(&bytes[..cut], VERSION).whole::<LedgerEvent>();
                assert_eq!(part, Err(CodecError::CutOff), "{event:?} cut at {cut}");
            }
            bytes.push(0);
            assert_eq!(Reader::new(&bytes, VERSION).whole::<LedgerEvent>(), Err(CodecError::TooLong(1)));
        }
    }
    assert!(kinds.len() >= 9, "{} kinds of events", kinds.len());
}

/// Past the checksum, as if somebody had written them: damaged bytes are an error or the bytes of another state.
#[test]
fn any_damage_to_a_state_is_an_error_or_another_state() {
    let world = world(100);
    let mut bytes = Vec::new();
    world.ledger.put(&mut bytes);
    let mut draw = Draw(4);
    let mut refused = 0;
    for _ in 0..60 {
        let mut damaged = bytes.clone();
        let bit = draw.below(damaged.len() as u64 * 8) as usize;
        damaged[bit / 8] ^= 1 << (bit % 8);
        match Reader::new(&damaged, VERSION).whole::<Ledger>() {
            Err(_) => refused += 1,
            Ok(ledger) => {
                let mut again = Vec::new();
                ledger.put(&mut again);
                assert!(again == damaged, "bit {bit} was lost");
            }
        }
    }
    assert!(refused > 0);
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Reader::new(&bytes, VERSION).whole::<LedgerEvent>();
        let _ = Reader::new(&bytes, VERSION).whole::<Ledger>();
        let record: Result<(Record<'_>, &[u8]), _> = read_record(&bytes);
        prop_assert!(record.is_err());
    }
}
