//! `GET /markets/{market}/book?at=&depth=`: the book of a moment.
//!
//! It is rebuilt from the latest snapshot before, and every change behind that. The book of a moment is known only when
//! the change that ended it is known too, or when it has not ended: otherwise nobody may have listened.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use marketd_actors::board::MarketEntry;
use marketd_actors::clock;
use marketd_domain::past::{BookChange, PastBook, Step};
use marketd_domain::{BookSide, Level, Scales, Source, Timestamp};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::csv;
use marketd_protocol::rest::{BookMoment, PastHead, push_past_book};
use marketd_store::{DeltaPlace, Extent, Family, MarketKey, Series, Store, StoreError};

use super::format::Format;
use super::reply::{CallInfo, Refusal, negotiated};
use super::{Shared, past};

/// Messages that were received before a moment may still be on their way to the market for so long.
const SETTLED_MS: i64 = 250;
/// Changes that are this young may not be written yet.
const WRITTEN_MS: i64 = 10_000;
/// Rows of changes that are read at once, and how often: far more than lies between two snapshots.
const ROWS: u32 = 100;
const PAGES: usize = 100;

/// A book of a moment.
struct Found {
    moment: BookMoment,
    scales: Scales,
    bids: Vec<Level>,
    asks: Vec<Level>,
}

/// What the store says of a moment.
enum Rebuilt {
    Found(Found),
    /// Nothing is known of a later change than the one of this time.
    Open(Found, Timestamp),
    /// Rows are missing, if there are any that would help, between these times.
    NotKept(Option<Extent>),
}

pub async fn answer(
    call: &CallInfo,
    request: &HttpRequest,
    shared: &Shared,
    entry: &MarketEntry,
    (at, depth, format): (Timestamp, usize, Format),
) -> Result<HttpResponse, Refusal> {
    let ahead_ns = at.nanos_since(clock::now());
    // A replay's times are its own; what lies behind its present may be stored, from when it was played before.
    let present = entry.state().read().book_times().1;
    if ahead_ns > 0 && at.micros() > present.micros() {
        return Err((ErrorCode::BAD_TIME, "at lies in the future".to_owned()));
    }
    if ahead_ns > -SETTLED_MS * 1_000_000 {
        let wait_ms = SETTLED_MS + (ahead_ns / 1_000_000).min(0);
        tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())).await;
    }
    let found = match of_memory(entry, at, depth) {
        Some(found) => found,
        None => of_store(shared, entry, at, depth).await?,
    };
    let head = PastHead { market: entry.head(), at, moment: found.moment };
    let response = match format {
        Format::Json => {
            let mut data = Vec::with_capacity(4_096);
            push_past_book(&mut data, &head, &found.bids, &found.asks, found.scales);
            call.data(&data)
        }
        Format::Csv | Format::Ndjson => with_moment(
            call.rows(request, format, levels(format, &found.bids, &found.asks, found.scales), None),
            &head,
        ),
    };
    Ok(negotiated(response))
}

/// Both sides as rows, best first.
pub fn levels(format: Format, bids: &[Level], asks: &[Level], scales: Scales) -> Vec<u8> {
    let bids = bids.iter().map(|level| (BookSide::Bid, *level));
    let asks = asks.iter().map(|level| (BookSide::Ask, *level));
    let rows: Vec<(BookSide, Level)> = bids.chain(asks).collect();
    match format {
        Format::Ndjson => {
            format.body("", &rows, |out, (side, level)| csv::push_level_object(out, *side, *level, scales))
        }
        _ => {
            format.body(csv::LEVELS, &rows, |out, (side, level)| csv::push_level(out, *side, *level, scales))
        }
    }
}

/// Rows have no room for whose book they are.
fn with_moment(mut response: HttpResponse, head: &PastHead<'_>) -> HttpResponse {
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("x-book-at"), head.at.micros()),
        (HeaderName::from_static("x-book-epoch"), head.moment.epoch.cast_signed()),
        (HeaderName::from_static("x-book-seq"), head.moment.seq.cast_signed()),
        (HeaderName::from_static("x-book-ts-recv"), head.moment.ts_recv.micros()),
    ] {
        headers.insert(name, HeaderValue::from(value));
    }
    response
}

/// The book as it is, if it has been so since that moment. Only a live market's present is the clock's.
fn of_memory(entry: &MarketEntry, at: Timestamp, depth: usize) -> Option<Found> {
    let state = entry.state().read();
    let (ts_venue, ts_recv) = state.book_times();
    let is_present = match entry.source {
        Source::Live => ts_recv.micros() <= at.micros(),
        Source::Replay | Source::Sim => ts_recv.micros() == at.micros(),
    };
    if !state.has_book() || !is_present {
        return None;
    }
    let status = state.shown_status();
    let moment = BookMoment {
        epoch: entry.epoch(),
        seq: state.book_seq(),
        ts_venue,
        ts_recv,
        status: Some(status).filter(|status| status.since.micros() <= at.micros()),
    };
    let side = |ladder: &marketd_domain::Ladder| ladder.iter().take(depth).collect();
    Some(Found {
        moment,
        scales: state.scales(),
        bids: side(state.book().bids()),
        asks: side(state.book().asks()),
    })
}

async fn of_store(
    shared: &Shared,
    entry: &MarketEntry,
    at: Timestamp,
    depth: usize,
) -> Result<Found, Refusal> {
    let key = MarketKey::of(entry.source, &entry.id);
    // Looked at before the read: what has left the spool by then is found.
    let held_back = [Family::Snapshots, Family::Deltas].map(|family| {
        let storage = shared.storage.as_ref();
        storage.and_then(|storage| storage.held_back(Series::of(key, family)))
    });
    let rebuilt = past::read(shared, async |store| rebuild(store, key, at, depth).await).await?;
    let is_on_its_way = |missing: Extent| held_back.into_iter().flatten().any(|extent| extent.meets(missing));
    let is_kept = (shared.storage.as_ref())
        .is_some_and(|storage| storage.settings().deltas.sources.contains(&entry.source));
    let not_kept = |why: &str| {
        (ErrorCode::HISTORY_NOT_KEPT, format!("the book of {} us is not known: {why}", at.micros()))
    };
    match rebuilt {
        Some(Rebuilt::Found(found)) => Ok(found),
        Some(Rebuilt::Open(found, last)) => {
            let present = (entry.epoch(), entry.state().read().book_seq());
            if (found.moment.epoch, found.moment.seq) == present {
                Ok(found)
            } else if is_on_its_way(Extent { first: last, ..Extent::ALWAYS }) {
                Err(past::on_its_way())
            } else if is_kept
                && found.moment.epoch == present.0
                && clock::now().nanos_since(at) < WRITTEN_MS * 1_000_000
            {
                Err((ErrorCode::STORE_UNAVAILABLE, "that moment is not written yet, ask again".to_owned()))
            } else {
                Err(not_kept("nothing is stored of what came behind it"))
            }
        }
        Some(Rebuilt::NotKept(missing)) if missing.is_some_and(is_on_its_way) => Err(past::on_its_way()),
        Some(Rebuilt::NotKept(_)) | None => Err(not_kept("no snapshot with all changes behind it is stored")),
    }
}

async fn rebuild(
    store: Arc<dyn Store>,
    key: MarketKey,
    at: Timestamp,
    depth: usize,
) -> Result<Rebuilt, StoreError> {
    let Some(snapshot) = store.snapshot_at(key, at).await? else {
        return Ok(Rebuilt::NotKept(Some(Extent { last: at, ..Extent::ALWAYS })));
    };
    let moment = snapshot.moment();
    let scales = snapshot.scales();
    let start = BookChange {
        seq: moment.book_seq,
        ts_recv: moment.ts_recv,
        ts_venue: moment.ts_venue,
        bids: snapshot.bids().to_vec(),
        asks: snapshot.asks().to_vec(),
    };
    let Some(mut past) = PastBook::new(&start).filter(|_| moment.epoch != 0) else {
        return Ok(Rebuilt::NotKept(None));
    };
    let mut place = DeltaPlace { epoch: moment.epoch, seq: moment.book_seq, ts_recv: moment.ts_recv };
    for _ in 0..PAGES {
        let rows = store.deltas_behind(key, place, ROWS).await?;
        for row in &rows {
            if row.scales() != scales {
                return Ok(Rebuilt::NotKept(None));
            }
            for change in row.changes()? {
                match past.step(&change, at) {
                    Step::Known | Step::Applied => {}
                    Step::Beyond => {
                        return found(&*store, key, (at, depth), &past, scales, place.epoch)
                            .await
                            .map(Rebuilt::Found);
                    }
                    Step::Broken => {
                        let missing = Extent { first: place.ts_recv, last: change.ts_recv };
                        return Ok(Rebuilt::NotKept(Some(missing)));
                    }
                }
            }
            place = row.last();
        }
        if rows.len() < ROWS as usize {
            let found = found(&*store, key, (at, depth), &past, scales, place.epoch).await?;
            return Ok(Rebuilt::Open(found, place.ts_recv));
        }
    }
    Ok(Rebuilt::NotKept(None))
}

async fn found(
    store: &dyn Store,
    key: MarketKey,
    (at, depth): (Timestamp, usize),
    past: &PastBook,
    scales: Scales,
    epoch: u64,
) -> Result<Found, StoreError> {
    let status = store.status_at(key, at).await?.map(|row| row.report());
    let moment =
        BookMoment { epoch, seq: past.seq(), ts_venue: past.ts_venue(), ts_recv: past.ts_recv(), status };
    let side = |ladder: &marketd_domain::Ladder| ladder.iter().take(depth).collect();
    Ok(Found { moment, scales, bids: side(past.book().bids()), asks: side(past.book().asks()) })
}
