//! The one rule of the protocol, for every stream of a connection and without reading more than heads.

use std::collections::HashMap;

use marketd_testkit::wire::{DataHead, Frame, TEXT};

/// Where a connection stands in each of its streams.
#[derive(Debug, Default)]
pub struct Positions {
    /// Epoch and seq, by the stream as it stands in the frames.
    at: HashMap<String, (u64, u64)>,
    pub frames: u64,
    pub snapshots: u64,
}

impl Positions {
    /// Takes a frame of the server; anything that the rule does not allow fails the test. Answers the head of a
    /// data frame.
    pub fn take<'a>(&mut self, frame: &Frame<'a>) -> Option<DataHead<'a>> {
        if frame.opcode != TEXT {
            assert_eq!(frame.close(), None, "closed by the server");
            return None;
        }
        let head = DataHead::of(frame.payload)?;
        self.frames += 1;
        let held = self.at.get_mut(head.stream);
        if head.is_snapshot() {
            self.snapshots += 1;
            match held {
                Some(held) => *held = (head.epoch, head.seq),
                None => {
                    self.at.insert(head.stream.to_owned(), (head.epoch, head.seq));
                }
            }
            return Some(head);
        }
        let held = held.unwrap_or_else(|| panic!("a stream that does not begin with a snapshot: {head:?}"));
        assert_eq!(*held, (head.epoch, head.prev), "a gap: {head:?}");
        assert!(head.seq > head.prev, "seq grows: {head:?}");
        held.1 = head.seq;
        Some(head)
    }

    pub fn streams(&self) -> usize {
        self.at.len()
    }
}
