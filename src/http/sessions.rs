//! `GET /sessions` and `GET /actors`: who is connected and how far behind, and what was started again.

use std::time::Duration;

use actix_web::HttpResponse;
use marketd_actors::session::{GetSessions, SessionReport};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::{Count, Micros};
use marketd_protocol::{Encoding, Form};
use schemars::JsonSchema;
use serde::Serialize;

use super::Shared;
use super::administering::Administering;
use super::markets::List;
use super::reply::Refusal;

/// A worker that does not answer within so long has more to do than to tell how it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// A WebSocket session.
#[derive(Serialize, JsonSchema)]
pub(super) struct SessionInfo {
    #[schemars(with = "Count")]
    session: u64,
    #[schemars(with = "Micros")]
    opened_at: i64,
    address: Option<String>,
    /// Null: nobody who is known.
    user: Option<String>,
    /// What it speaks.
    #[schemars(extend("enum" = ["json", "msgpack", "binance"]))]
    form: &'static str,
    compressed: bool,
    /// Streams of markets that it reads.
    subscriptions: usize,
    /// Of them, those that wait for a snapshot.
    snapshots_due: usize,
    /// Frames that it has not been sent.
    #[schemars(with = "Count")]
    lag_frames: u64,
    /// Age of the oldest of them.
    #[schemars(with = "Count")]
    lag_ms: u64,
    /// For how long its socket has taken nothing of what waits; null while it does.
    #[schemars(with = "Option<Count>")]
    blocked_ms: Option<u64>,
}

impl SessionInfo {
    fn of(report: SessionReport) -> Self {
        Self {
            session: report.id,
            opened_at: report.opened.micros(),
            address: report.address.map(|address| address.to_string()),
            user: report.user.map(|user| user.to_string()),
            form: match report.form {
                Form::Native { encoding: Encoding::Json, .. } => "json",
                Form::Native { encoding: Encoding::Msgpack, .. } => "msgpack",
                Form::Binance(_) => "binance",
            },
            compressed: report.form.is_deflated(),
            subscriptions: report.subscriptions,
            snapshots_due: report.snapshots_due,
            lag_frames: report.lag_frames,
            lag_ms: report.lag_ms,
            blocked_ms: report.blocked_ms,
        }
    }
}

pub async fn list_sessions(administering: Administering) -> HttpResponse {
    administering
        .show(async |asked| {
            let reports = furthest_behind(&asked.shared, asked.limit()? as usize).await?;
            Ok(List::whole(reports.into_iter().map(SessionInfo::of).collect()))
        })
        .await
}

/// Of all workers. They are asked at once, so the answer is of one moment.
async fn furthest_behind(shared: &Shared, limit: usize) -> Result<Vec<SessionReport>, Refusal> {
    let asked: Vec<_> = shared.board.hubs().iter().map(|hub| hub.send(GetSessions { limit })).collect();
    let mut reports = Vec::new();
    let gather = async {
        for answer in asked {
            // A worker whose hub is being started again has nothing to tell.
            reports.extend(answer.await.unwrap_or_default());
        }
    };
    let is_late = tokio::time::timeout(PATIENCE, gather).await.is_err();
    if is_late {
        return Err((ErrorCode::BUSY, "a worker did not tell of its sessions in time".to_owned()));
    }
    SessionReport::keep_furthest(&mut reports, limit);
    Ok(reports)
}

/// An actor that is started again when it dies.
#[derive(Serialize, JsonSchema)]
pub(super) struct ActorInfo {
    actor: String,
    alive: bool,
    /// Since when it is, or is not.
    #[schemars(with = "Micros")]
    since: i64,
    #[schemars(with = "Count")]
    restarts: u64,
}

pub async fn list_actors(administering: Administering) -> HttpResponse {
    administering
        .show(async |asked| {
            let mut items: Vec<ActorInfo> = (asked.shared.board.actors.iter())
                .map(|held| ActorInfo {
                    actor: held.key().clone(),
                    alive: held.is_alive,
                    since: held.since.micros(),
                    restarts: held.restarts,
                })
                .collect();
            items.sort_unstable_by(|a, b| a.actor.cmp(&b.actor));
            Ok(List::whole(items))
        })
        .await
}
