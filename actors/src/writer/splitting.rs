//! Writing rows of which the store may refuse some: those are found, and cost no others.

use std::ops::Range;

use marketd_store::{Fault, Rows, Store, StoreError, Written};

/// Rows of one batch that are looked for one by one. Where more are refused, all of them are most likely at fault, and
/// looking for each would take thousands of writes.
const FOUND_MAX: usize = 32;

/// What became of rows.
#[derive(Debug, Default)]
pub struct Outcome {
    pub written: Written,
    /// Refused, and why.
    pub refused: Vec<(Range<usize>, StoreError)>,
}

impl Outcome {
    /// The same without what was refused of the first `kept` rows.
    pub fn behind(self, kept: usize) -> Self {
        let behind = |(range, error): (Range<usize>, StoreError)| {
            let range = range.start.max(kept)..range.end;
            (!range.is_empty()).then_some((range, error))
        };
        Self { refused: self.refused.into_iter().filter_map(behind).collect(), ..self }
    }

    pub fn refused_rows(&self) -> usize {
        self.refused.iter().map(|(range, _)| range.len()).sum()
    }
}

/// Writes all rows that the store takes. Any other error than a refusal ends it; then all rows are to be written again.
pub async fn write(store: &dyn Store, rows: &Rows) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome::default();
    match rows.write_to(store).await {
        Ok(written) => outcome.written = written,
        Err(error) if error.fault() == Fault::Refused => {
            let whole = 0..rows.len();
            let mut pieces = if rows.len() > 1 { halves(&whole) } else { Vec::new() };
            if pieces.is_empty() {
                outcome.refused.push((whole, error));
            }
            while let Some(range) = pieces.pop() {
                match rows.piece(range.clone()).write_to(store).await {
                    Ok(written) => {
                        outcome.written.stored += written.stored;
                        outcome.written.known += written.known;
                    }
                    Err(error) if error.fault() == Fault::Refused => {
                        if range.len() > 1 && outcome.refused.len() < FOUND_MAX {
                            pieces.extend(halves(&range));
                        } else {
                            outcome.refused.push((range, error));
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Err(error) => return Err(error),
    }
    Ok(outcome)
}

/// The later one first, so that the earlier one is taken first.
fn halves(range: &Range<usize>) -> Vec<Range<usize>> {
    let middle = range.start + range.len() / 2;
    vec![middle..range.end, range.start..middle]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_spool_has_of_the_refused_is_left_to_the_drain() {
        let refused = |ranges: &[Range<usize>]| {
            let error = || StoreError::damaged("test", "refused");
            let refused = ranges.iter().map(|range| (range.clone(), error())).collect();
            Outcome { refused, ..Outcome::default() }
        };
        let left = |kept: usize| -> Vec<Range<usize>> {
            let outcome = refused(&[2..3, 5..9]).behind(kept);
            outcome.refused.into_iter().map(|(range, _)| range).collect()
        };
        assert_eq!(left(0), [2..3, 5..9], "a spool that took nothing");
        assert_eq!(left(6), vec![6..9], "a spool that took a part");
        assert!(left(9).is_empty(), "a spool that took all");
    }
}
