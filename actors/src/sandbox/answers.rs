//! What requests were answered: a request that is sent again is not carried out again.
//!
//! The truth is in the store, where an answer is written in one transaction with what it did. Here are the latest, and
//! those under way.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use marketd_domain::ledger::AccountNo;
use marketd_store::sandbox::IdempotencyRow;

use super::gate::{Answer, OnceKey, Refused};
use super::settings::ANSWERS_IN_MEMORY;
use marketd_protocol::code::ErrorCode;

/// Whose key it is.
pub type Place = (AccountNo, String);

/// What is known of a key.
#[derive(Debug)]
pub enum Known {
    /// Its request is under way; those who sent it again wait for the same answer.
    UnderWay {
        hash: [u8; 32],
    },
    Answered {
        hash: [u8; 32],
        answer: Answer,
        seq: u64,
    },
}

/// What to do with a request.
#[derive(Debug)]
pub enum Look {
    /// Nobody knows it here.
    New,
    Wait,
    Replay {
        answer: Answer,
        seq: u64,
    },
    Refuse(Refused),
}

#[derive(Debug, Default)]
pub struct Answers {
    known: HashMap<Place, Known>,
    /// Answered, oldest first.
    order: VecDeque<Place>,
    /// There may be answers that only the store knows.
    are_there_others: bool,
}

impl Answers {
    pub fn new(are_there_others: bool) -> Self {
        Self { are_there_others, ..Self::default() }
    }

    /// Whether the store has to be asked before a key is new.
    pub const fn may_store_know(&self) -> bool {
        self.are_there_others
    }

    pub fn look(&self, place: &Place, key: &OnceKey) -> Look {
        match self.known.get(place) {
            None => Look::New,
            Some(Known::UnderWay { hash } | Known::Answered { hash, .. }) if *hash != key.hash => {
                Look::Refuse(reused(key))
            }
            Some(Known::UnderWay { .. }) => Look::Wait,
            Some(Known::Answered { answer, seq, .. }) => Look::Replay { answer: replayed(answer), seq: *seq },
        }
    }

    pub fn begin(&mut self, place: Place, key: &OnceKey) {
        self.known.insert(place, Known::UnderWay { hash: key.hash });
    }

    /// It was refused, so it may be sent again.
    pub fn give_up(&mut self, place: &Place) {
        if let Some(Known::UnderWay { .. }) = self.known.get(place) {
            self.known.remove(place);
        }
    }

    pub fn finish(&mut self, place: Place, hash: [u8; 32], answer: Answer, seq: u64) {
        if self.order.len() >= ANSWERS_IN_MEMORY
            && let Some(gone) = self.order.pop_front()
        {
            self.known.remove(&gone);
            self.are_there_others = true;
        }
        self.known.insert(place.clone(), Known::Answered { hash, answer, seq });
        self.order.push_back(place);
    }
}

pub fn reused(key: &OnceKey) -> Refused {
    let message = match key.refusal {
        ErrorCode::DUPLICATE_CLIENT_ORDER_ID => "this client_order_id was used for another order",
        _ => "this Idempotency-Key was used for another request",
    };
    (key.refusal, message.to_owned())
}

/// The answer of a row: two bytes of status, then `data`.
pub fn response_of(answer: &Answer) -> Vec<u8> {
    [&answer.http_status.to_be_bytes()[..], &answer.data].concat()
}

pub fn answer_of(row: &IdempotencyRow) -> Option<Answer> {
    let (status, data) = row.response.split_first_chunk::<2>()?;
    Some(Answer {
        http_status: u16::from_be_bytes(*status),
        data: Bytes::copy_from_slice(data),
        is_replayed: false,
    })
}

/// The same answer, which says that it is not the first of its kind.
pub fn replayed(answer: &Answer) -> Answer {
    let data = match answer.data.strip_suffix(b"}") {
        // An order says it itself; the envelope of REST says it in a header, whatever it is.
        Some(fields) if answer.data.starts_with(b"{\"order_id\":") => {
            [fields, b",\"replayed\":true}"].concat().into()
        }
        _ => answer.data.clone(),
    };
    Answer { data, is_replayed: true, ..answer.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(hash: u8) -> OnceKey {
        OnceKey { key: "k".to_owned(), hash: [hash; 32], refusal: ErrorCode::IDEMPOTENCY_KEY_REUSED }
    }

    fn place(number: u32) -> Place {
        (AccountNo::new(number), "k".to_owned())
    }

    fn answer() -> Answer {
        Answer { http_status: 201, data: Bytes::from_static(b"{\"order_id\":7}"), is_replayed: false }
    }

    #[test]
    fn a_key_is_new_then_under_way_then_answered() {
        let mut answers = Answers::new(false);
        assert!(matches!(answers.look(&place(1), &key(1)), Look::New));
        answers.begin(place(1), &key(1));
        assert!(matches!(answers.look(&place(1), &key(1)), Look::Wait));
        assert!(matches!(answers.look(&place(1), &key(2)), Look::Refuse(_)));
        assert!(matches!(answers.look(&place(2), &key(2)), Look::New), "of another account");
        answers.finish(place(1), [1; 32], answer(), 9);
        let Look::Replay { answer, seq } = answers.look(&place(1), &key(1)) else { panic!("not replayed") };
        assert_eq!((answer.data.as_ref(), seq), (&b"{\"order_id\":7,\"replayed\":true}"[..], 9));
        assert!(matches!(answers.look(&place(1), &key(2)), Look::Refuse(_)));
    }

    #[test]
    fn a_request_that_was_refused_may_be_sent_again() {
        let mut answers = Answers::new(false);
        answers.begin(place(1), &key(1));
        answers.give_up(&place(1));
        assert!(matches!(answers.look(&place(1), &key(2)), Look::New));
    }

    #[test]
    fn memory_is_bounded_and_then_the_store_is_asked() {
        let mut answers = Answers::new(false);
        for number in 0..=ANSWERS_IN_MEMORY as u32 {
            answers.finish(place(number), [1; 32], answer(), 1);
        }
        assert!(answers.may_store_know());
        assert!(matches!(answers.look(&place(0), &key(1)), Look::New));
        assert!(matches!(answers.look(&place(1), &key(1)), Look::Replay { .. }));
    }

    #[test]
    fn an_answer_comes_back_from_its_row() {
        let row = IdempotencyRow {
            account: AccountNo::new(1),
            key: "k".to_owned(),
            request_hash: vec![1; 32],
            response: response_of(&answer()),
            seq: 9,
            expires_at: marketd_domain::Timestamp::ZERO,
        };
        assert_eq!(answer_of(&row), Some(answer()));
    }
}
