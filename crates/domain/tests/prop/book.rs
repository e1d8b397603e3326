//! The book against maps.

use std::collections::BTreeSet;

use marketd_domain::book::{BookChanges, BookError};
use marketd_domain::{Book, Level, Price, Scales};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Message, NaiveBook, level, message, state_of};

/// How many prices of a side differ between two states.
fn differing(before: &crate::NaiveSide, after: &crate::NaiveSide) -> usize {
    let prices: BTreeSet<&i64> = before.0.keys().chain(after.0.keys()).collect();
    prices.into_iter().filter(|price| before.0.get(price) != after.0.get(price)).count()
}

fn names_prices_once(levels: &[Level]) -> bool {
    levels.iter().map(|level| level.price).collect::<BTreeSet<Price>>().len() == levels.len()
}

fn check_step(
    book: &mut Book,
    naive: &mut NaiveBook,
    message: &Message,
    max_depth: Option<usize>,
) -> Result<(), TestCaseError> {
    let before = naive.clone();
    naive.take(message, max_depth);
    let mut changes = BookChanges::default();
    message.apply_to(book, &mut changes);
    prop_assert_eq!(&state_of(book), &*naive);

    let mut told = before.clone();
    told.apply(&changes);
    prop_assert_eq!(&told, &*naive, "the changes do not lead from the old state to the new one");
    prop_assert_eq!(changes.is_empty() && before != *naive, false);
    // Where nothing can be undone within the message, nothing is told but what changed.
    let single = max_depth.is_none() && names_prices_once(&message.bids) && names_prices_once(&message.asks);
    if message.is_snapshot || single {
        prop_assert_eq!(changes.bids.len(), differing(&before.bids, &naive.bids));
        prop_assert_eq!(changes.asks.len(), differing(&before.asks, &naive.asks));
    }
    Ok(())
}

fn check_reads(book: &Book, naive: &NaiveBook) -> Result<(), TestCaseError> {
    for price in (0..602).step_by(13) {
        let at = Price::from_mantissa(price);
        let qty = naive.bids.0.get(&price).copied().unwrap_or(0);
        prop_assert_eq!(book.bids().qty_at(at).mantissa(), qty);
        for depth in [1, 5, 48, 400] {
            let better = naive.asks.0.range(..price).count();
            prop_assert_eq!(book.asks().within(at, depth), better < depth, "{} within {}", price, depth);
        }
    }
    let best = |entry: Option<(&i64, &i64)>| entry.map(|(price, qty)| level(*price, *qty));
    prop_assert_eq!(book.bids().best(), best(naive.bids.0.last_key_value()));
    prop_assert_eq!(book.asks().best(), best(naive.asks.0.first_key_value()));
    prop_assert_eq!(book.asks().level(3), best(naive.asks.0.iter().nth(3)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_book_is_what_a_map_would_be(
        messages in vec(message(), 1..14),
        max_depth in prop_oneof![3 => Just(None), 1 => (1usize..20).prop_map(Some), 1 => (50usize..150).prop_map(Some)],
    ) {
        let (mut book, mut naive) = (Book::new(max_depth), NaiveBook::default());
        for message in &messages {
            check_step(&mut book, &mut naive, message, max_depth)?;
        }
        check_reads(&book, &naive)?;
    }

    #[test]
    fn a_message_with_a_bad_level_changes_nothing(
        messages in vec(message(), 1..4),
        bad in message(),
        at in any::<prop::sample::Index>(),
    ) {
        let mut book = Book::new(None);
        for message in &messages {
            message.apply_to(&mut book, &mut BookChanges::default());
        }
        let before = state_of(&book);
        let mut asks = bad.asks.clone();
        asks.insert(at.index(asks.len() + 1), level(7, -1));
        let mut changes = BookChanges::default();
        prop_assert_eq!(book.apply(&bad.bids, &asks, &mut changes), Err(BookError::NegativeQty));
        prop_assert_eq!(book.replace(&bad.bids, &asks, &mut changes), Err(BookError::NegativeQty));
        prop_assert!(changes.is_empty());
        prop_assert_eq!(state_of(&book), before);
    }

    #[test]
    fn a_book_moves_to_other_scales_exactly_or_not_at_all(
        rows in vec((1i64..1_000_000, 1i64..1_000_000), 0..30),
        from in (0u8..=6, 0u8..=6),
        to in (0u8..=6, 0u8..=6),
    ) {
        let levels: Vec<Level> = rows.iter().map(|(price, qty)| level(*price, *qty)).collect();
        let mut book = Book::new(None);
        book.apply(&levels, &levels, &mut BookChanges::default()).expect("valid");
        let before = state_of(&book);
        let moved = |mantissa: i64, from: u8, to: u8| {
            let wide = i128::from(mantissa) * 10i128.pow(u32::from(to));
            let unit = 10i128.pow(u32::from(from));
            (wide % unit == 0).then_some((wide / unit) as i64)
        };
        let expected: Option<std::collections::BTreeMap<i64, i64>> = (before.bids.0.iter())
            .map(|(price, qty)| Some((moved(*price, from.0, to.0)?, moved(*qty, from.1, to.1)?)))
            .collect();
        let done = book.rescale(Scales::of(from.0, from.1), Scales::of(to.0, to.1));
        prop_assert_eq!(done.is_ok(), expected.is_some());
        let after = state_of(&book);
        match expected {
            Some(expected) => {
                prop_assert_eq!(&after.bids.0, &expected);
                prop_assert_eq!(&after.asks.0, &expected);
            }
            None => prop_assert_eq!(after, before),
        }
    }
}
