//! How the sessions of this node do, for those who look after it.

use std::net::IpAddr;
use std::sync::Arc;

use actix::prelude::*;
use marketd_domain::Timestamp;
use marketd_protocol::Form;

use crate::clock;
use crate::hub::HubActor;

use super::outlet::{Cursor, Outlet};

/// One session, as it is at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionReport {
    pub id: u64,
    pub opened: Timestamp,
    pub address: Option<IpAddr>,
    /// Who is behind it; `None`: nobody who is known.
    pub user: Option<Arc<str>>,
    pub form: Form,
    /// Streams of markets that it reads.
    pub subscriptions: usize,
    /// Of them, those that wait for a snapshot.
    pub snapshots_due: usize,
    /// Frames in the rings that it has not been sent.
    pub lag_frames: u64,
    /// For how long the oldest of them has been there.
    pub lag_ms: u64,
    /// For how long its socket has taken nothing of what waits; `None` while it does.
    pub blocked_ms: Option<u64>,
}

impl SessionReport {
    /// The furthest behind first, and of equals the older session.
    fn place(&self) -> (std::cmp::Reverse<(u64, u64)>, u64) {
        (std::cmp::Reverse((self.lag_ms, self.lag_frames)), self.id)
    }

    /// Keeps those that are furthest behind, in that sequence.
    pub fn keep_furthest(reports: &mut Vec<Self>, limit: usize) {
        reports.sort_unstable_by_key(Self::place);
        reports.truncate(limit);
    }
}

impl Outlet {
    pub(super) fn report(&self, now: Timestamp) -> SessionReport {
        let mut report = SessionReport {
            id: self.id(),
            opened: self.opened,
            address: self.address,
            user: self.identity().map(|identity| identity.name.clone()),
            form: self.form.get(),
            subscriptions: 0,
            snapshots_due: 0,
            lag_frames: 0,
            lag_ms: 0,
            blocked_ms: self.connection().blocked_for().map(|blocked| blocked.as_millis() as u64),
        };
        for held in self.inner.borrow().subscriptions.iter().flatten() {
            report.subscriptions += 1;
            let next = match held.cursor {
                Cursor::At(next) => next,
                Cursor::End => continue,
                Cursor::Snapshot(_) => {
                    report.snapshots_due += 1;
                    continue;
                }
            };
            let (frames, since) = held.stream.ring.borrow().behind(next);
            report.lag_frames += frames;
            let waited = since.map_or(0, |since| now.nanos_since(since) / 1_000_000);
            report.lag_ms = report.lag_ms.max(u64::try_from(waited).unwrap_or(0));
        }
        report
    }
}

/// The sessions of this worker that are furthest behind, so many at most.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Vec<SessionReport>")]
pub struct GetSessions {
    pub limit: usize,
}

impl Handler<GetSessions> for HubActor {
    type Result = Vec<SessionReport>;

    fn handle(&mut self, GetSessions { limit }: GetSessions, _ctx: &mut Self::Context) -> Self::Result {
        let now = clock::now();
        let mut reports = self.state().outlets().map(|outlet| outlet.report(now)).collect();
        SessionReport::keep_furthest(&mut reports, limit);
        reports
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_furthest_behind_come_first_and_no_more_than_asked_for() {
        let session = |id, lag_ms, lag_frames| SessionReport {
            id,
            opened: Timestamp::ZERO,
            address: None,
            user: None,
            form: Form::JSON,
            subscriptions: 1,
            snapshots_due: 0,
            lag_frames,
            lag_ms,
            blocked_ms: None,
        };
        let mut reports =
            vec![session(1, 0, 0), session(2, 0, 0), session(3, 5, 1), session(4, 5, 9), session(5, 70, 2)];
        SessionReport::keep_furthest(&mut reports, 4);
        assert_eq!(reports.iter().map(|report| report.id).collect::<Vec<_>>(), [5, 4, 3, 1]);
    }
}
