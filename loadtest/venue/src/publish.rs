//! Publishing by the schedule. The loop never waits for readers' acknowledgement: what is late is sent at once, several
//! messages in one write, each with the time at which it was due.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::market::Kind;
use crate::schedule::{Load, Step};
use crate::server::{Outbox, Place, Venue};
use crate::wall_micros;

/// Messages that are gathered before they are written: some 64 KiB.
const BATCH: u64 = 256;
/// So far behind, the reader does not keep up, and what follows would measure nothing but that.
const LAG_MAX_MICROS: u64 = 3_000_000;

/// What was published, and how true to the schedule.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub sent: u64,
    /// Messages that were due while nobody was subscribed to them.
    pub unread: u64,
    pub seconds: f64,
    pub rate: f64,
    pub max_lag_ms: f64,
    /// The load ended early, more than three seconds behind its schedule.
    pub gave_up: bool,
    pub steps: Vec<StepReport>,
}

#[derive(Debug, Serialize)]
pub struct StepReport {
    pub rate: f64,
    pub start_us: u64,
    pub end_us: u64,
    pub sent: u64,
    pub max_lag_ms: f64,
}

/// Which message follows which: round-robin over the markets, and over kinds where there are two.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    pub kinds: &'a [Kind],
    pub markets: usize,
}

impl Order<'_> {
    fn of(&self, message: u64) -> (usize, Kind) {
        let kinds = self.kinds.len() as u64;
        let market = (message / kinds) % self.markets as u64;
        (market as usize, self.kinds[(message % kinds) as usize])
    }
}

struct Publisher<'a> {
    venue: &'a Venue,
    order: Order<'a>,
    /// Frames by connection, reused.
    batches: Vec<(Arc<Outbox>, Vec<u8>)>,
    text: Vec<u8>,
    sent: u64,
    unread: u64,
}

/// Publishes the whole load.
pub fn publish(venue: &Venue, load: &Load, order: Order<'_>) -> Report {
    let mut publisher = Publisher { venue, order, batches: Vec::new(), text: Vec::new(), sent: 0, unread: 0 };
    let begin = wall_micros();
    let mut report = Report::default();
    for step in load.steps() {
        let sent_before = publisher.sent;
        let (max_lag, kept_up) = publisher.run(begin, &step);
        report.max_lag_ms = report.max_lag_ms.max(max_lag as f64 / 1e3);
        report.steps.push(StepReport {
            rate: step.rate,
            start_us: begin + step.due_micros(0),
            end_us: wall_micros(),
            sent: publisher.sent - sent_before,
            max_lag_ms: max_lag as f64 / 1e3,
        });
        if !kept_up {
            report.gave_up = true;
            break;
        }
    }
    report.seconds = (wall_micros() - begin) as f64 / 1e6;
    report.sent = publisher.sent;
    report.unread = publisher.unread;
    report.rate = report.sent as f64 / report.seconds;
    report
}

impl Publisher<'_> {
    /// Answers the largest lag in microseconds, and whether the step was published to its end.
    fn run(&mut self, begin: u64, step: &Step) -> (u64, bool) {
        let due_at = |n: u64| begin + step.due_micros(n);
        let (mut done, mut max_lag) = (0, 0);
        while done < step.messages {
            let now = wall_micros();
            let first_due = due_at(done);
            if first_due > now {
                std::thread::sleep(Duration::from_micros((first_due - now).min(50_000)));
                continue;
            }
            let until = (done + BATCH).min(step.messages);
            let due: Vec<u64> = (done..until).map(due_at).take_while(|due| *due <= now).collect();
            self.send(&due);
            done += due.len() as u64;
            max_lag = wall_micros().saturating_sub(first_due).max(max_lag);
            if max_lag > LAG_MAX_MICROS {
                return (max_lag, false);
            }
        }
        (max_lag, true)
    }

    fn send(&mut self, due: &[u64]) {
        let Self { venue, order, batches, text, sent, unread } = self;
        venue.with_places(|places| {
            for due in due {
                let (market, kind) = order.of(*sent + *unread);
                let place = &mut places[market];
                match batch_of(batches, place, kind) {
                    Some(batch) => {
                        text.clear();
                        place.script.push(kind, *due, text);
                        push_frame(batch, text);
                        *sent += 1;
                    }
                    None => *unread += 1,
                }
            }
        });
        for (outbox, batch) in batches.iter_mut().filter(|(_, batch)| !batch.is_empty()) {
            // The reader's thread notices the end of its connection itself, and takes its routes back.
            let _ = outbox.write(batch);
            batch.clear();
        }
        // Of a connection that is gone, only this holds on to it.
        batches.retain(|(outbox, _)| Arc::strong_count(outbox) > 1);
    }
}

/// The batch of the connection that reads a channel.
fn batch_of<'b>(
    batches: &'b mut Vec<(Arc<Outbox>, Vec<u8>)>,
    place: &Place,
    kind: Kind,
) -> Option<&'b mut Vec<u8>> {
    let reader = place.reader(kind)?;
    let at = batches.iter().position(|(outbox, _)| Arc::ptr_eq(outbox, reader)).unwrap_or_else(|| {
        batches.push((Arc::clone(reader), Vec::new()));
        batches.len() - 1
    });
    Some(&mut batches[at].1)
}

/// A text frame as a server sends it: final and not masked.
fn push_frame(out: &mut Vec<u8>, text: &[u8]) {
    const FINAL_TEXT: u8 = 0x81;
    out.push(FINAL_TEXT);
    match u16::try_from(text.len()) {
        Ok(length @ 0..=125) => out.push(length as u8),
        Ok(length) => {
            out.push(126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        Err(_) => {
            out.push(127);
            out.extend_from_slice(&(text.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markets_take_turns_and_so_do_kinds() {
        let order = Order { kinds: &[Kind::Trade, Kind::Book], markets: 2 };
        let turns: Vec<(usize, Kind)> = (0..5).map(|message| order.of(message)).collect();
        let expected =
            [(0, Kind::Trade), (0, Kind::Book), (1, Kind::Trade), (1, Kind::Book), (0, Kind::Trade)];
        assert_eq!(turns, expected);
    }

    #[test]
    fn frames_have_the_header_of_their_length() {
        for (length, header) in [
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut out = Vec::new();
            push_frame(&mut out, &vec![b'x'; length]);
            assert_eq!(out[..out.len() - length], header, "{length}");
        }
    }
}
