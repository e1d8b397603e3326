//! Stored statuses and gaps, and what is stored since when.

use marketd_domain::market::StatusReport;
use marketd_domain::{MarketStatus, StaleReason, Timestamp};
use marketd_store::{Family, GapKind, GapRow, StatusRow};
use serde_json::{Value, json};

use super::place::{BASE, Database, MARKET, MIDNIGHT_US, field, key, start, store, trade, write_trades};
use crate::support::TestApp;

crate::on_both_databases! {
    statuses_and_gaps_are_pages_of_one_list,
}

async fn all(app: &TestApp, path: &str, limit: u32) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.data(&format!("{path}limit={limit}{cursor}")).await;
        found.extend(page["items"].as_array().expect("items").iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

async fn statuses_and_gaps_are_pages_of_one_list(database: &Database) {
    let app = start(&database.url, &[]).await;
    let at = |nth: i64| Timestamp::from_micros(MIDNIGHT_US + nth);
    // Five at one time.
    let times = [0, 1, 1, 1, 1, 1, 2, 3];
    let statuses: Vec<StatusRow> = (times.iter().zip(1..))
        .map(|(nth, seq)| {
            let report =
                StatusReport { status: MarketStatus::Stale, reason: Some(StaleReason::Gap), since: at(*nth) };
            StatusRow::new(key(&app), report, seq).expect("a valid row")
        })
        .collect();
    store(&app).write_statuses(&statuses).await.expect("a write");
    let lost = GapKind::Unstored(Family::Trades);
    let gaps = [
        GapRow::new(key(&app), GapKind::Venue { expected: 5, found: 9 }, at(1), Some(at(7)), 0),
        GapRow::new(key(&app), GapKind::Offline, at(1), None, 0),
        GapRow::new(key(&app), lost, at(2), Some(at(3)), 12),
    ]
    .map(|row| row.expect("a valid row"));
    store(&app).write_gaps(&gaps).await.expect("a write");
    let end = format!("end={}&", MIDNIGHT_US + 1_000);
    for limit in [1, 2, 3, 100] {
        let found = all(&app, &format!("{BASE}/statuses?{end}"), limit).await;
        let since: Vec<i64> =
            found.iter().map(|item| item["since"].as_i64().expect("a time") - MIDNIGHT_US).collect();
        assert_eq!(since, times, "{limit}");
        assert_eq!(found[0], json!({"status": "stale", "reason": "gap", "since": MIDNIGHT_US}));
        let found = all(&app, &format!("{BASE}/gaps?{end}"), limit).await;
        let venue = json!({"kind": "venue", "since": MIDNIGHT_US + 1, "until": MIDNIGHT_US + 7, "expected": 5, "found": 9, "rows_lost": 0});
        let offline = json!({"kind": "offline", "since": MIDNIGHT_US + 1, "until": null, "expected": null, "found": null, "rows_lost": 0});
        let unstored = json!({"kind": "unstored_trades", "since": MIDNIGHT_US + 2, "until": MIDNIGHT_US + 3, "expected": null, "found": null, "rows_lost": 12});
        assert_eq!(found, [offline, venue, unstored], "{limit}");
    }
    let page = app.data(&format!("{BASE}/statuses?start={}&{end}limit=2", MIDNIGHT_US + 2)).await;
    assert_eq!(field(&page, "since"), [&json!(MIDNIGHT_US + 2), &json!(MIDNIGHT_US + 3)]);
    for (query, code) in [
        ("cursor=x", "bad_cursor"),
        ("cursor=5", "bad_cursor"),
        ("cursor=5-99999", "bad_cursor"),
        ("limit=0", "bad_limit"),
        ("start=x", "bad_time"),
    ] {
        let answer = app.get(&format!("{BASE}/gaps?{query}")).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some(code)), "{query}");
    }
    write_trades(&app, &[trade(1, 0), trade(2, 5_000)]).await;
    let history = app.data(&format!("{BASE}/history")).await;
    assert_eq!((&history["market"], &history["source"]), (&json!(MARKET), &json!("live")));
    assert_eq!(history["trades"], json!({"first": MIDNIGHT_US, "last": MIDNIGHT_US + 5_000_000}));
    assert_eq!((&history["candles"], &history["snapshots"]), (&json!({}), &Value::Null));
    assert_eq!(history["gaps"]["first"], MIDNIGHT_US + 1);
    app.stop().await;
}
