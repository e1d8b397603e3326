//! What subscribers are told, against what they ought to hold.

use marketd_domain::Book;
use marketd_domain::book::BookChanges;
use marketd_domain::view::{DepthView, PendingChanges};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Message, NaiveBook, level, message, state_of};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_client_of_a_view_holds_exactly_the_best_levels(
        messages in vec((message(), any::<bool>()), 1..14),
        depth in prop_oneof![Just(1usize), Just(2), Just(10), Just(60), Just(500)],
        max_depth in prop_oneof![Just(None), Just(Some(25usize))],
    ) {
        let (mut book, mut view, mut client) = (Book::new(max_depth), DepthView::new(depth), NaiveBook::default());
        let mut touched = false;
        for (message, flushed) in &messages {
            let mut changes = BookChanges::default();
            message.apply_to(&mut book, &mut changes);
            touched |= view.touched_by(&changes);
            if !flushed && touched {
                continue;
            }
            let mut told = BookChanges::default();
            view.advance(&book, &mut told);
            prop_assert!(touched || told.is_empty(), "a change was overlooked");
            client.apply(&told);
            prop_assert_eq!(&client, &state_of(&book).top(depth));
            touched = false;
        }
    }

    #[test]
    fn a_client_of_gathered_changes_holds_the_whole_book(
        messages in vec((message(), any::<bool>()), 1..20),
    ) {
        let (mut book, mut pending, mut client) = (Book::new(None), PendingChanges::default(), NaiveBook::default());
        for (message, flushed) in &messages {
            let mut changes = BookChanges::default();
            message.apply_to(&mut book, &mut changes);
            pending.add(&changes);
            if *flushed {
                let mut told = BookChanges::default();
                pending.drain_into(&book, &mut told);
                prop_assert!(pending.is_empty());
                client.apply(&told);
                prop_assert_eq!(&client, &state_of(&book));
            } else {
                prop_assert!(pending.is_empty() <= changes.is_empty());
            }
        }
    }
}

/// So many changes that duplicates are squeezed out on the way.
#[test]
fn long_silence_loses_no_change() {
    let (mut book, mut pending, mut client) =
        (Book::new(None), PendingChanges::default(), NaiveBook::default());
    for round in 0..400i64 {
        let rows =
            |side: i64| (0..60).map(|at| level((round * 37 + at * side) % 5_000, (round + at) % 3)).collect();
        let message = Message { is_snapshot: false, bids: rows(11), asks: rows(13) };
        let mut changes = BookChanges::default();
        message.apply_to(&mut book, &mut changes);
        pending.add(&changes);
    }
    let mut told = BookChanges::default();
    pending.drain_into(&book, &mut told);
    client.apply(&told);
    assert_eq!(client, state_of(&book));
}
