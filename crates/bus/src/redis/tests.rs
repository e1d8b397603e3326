//! The script of the rate limit against the same formula in Rust.

use super::*;
use crate::gcra;

#[tokio::test]
async fn the_script_and_the_formula_say_the_same() {
    let Some(url) = marketd_testkit::services::redis_url() else { return };
    let client = Client::open(url).expect("a valid address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let step = Script::new(&format!("local now = tonumber(ARGV[3])\n{}", include_str!("take.lua")));
    let prefix = format!("gcra-{}", std::process::id());
    let mut seed = 11_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for (name, (rate, burst)) in
        [(1, 1), (20, 100), (7, 3), (1_000, 50), (999_999, 7)].into_iter().enumerate()
    {
        let limit = RateLimit::per_second(rate, burst);
        let key = format!("{prefix}-{name}");
        let mut now = 1_800_000_000_000_000_u64;
        let mut kept = None;
        for at in 0..300 {
            now += draw(limit.interval_us() * 2);
            let mut text = kept.map(|kept: u64| kept.to_string());
            if at % 50 == 49 {
                // A clock that goes back, and values that nobody of ours has written.
                now -= draw(5_000_000);
                kept = [None, Some(now + (1 << 50)), Some(0)][draw(3) as usize];
                text = Some(kept.map_or("nonsense".to_owned(), |kept| kept.to_string()));
            }
            // Written each time: what the script has written ends by Redis' clock, not by ours.
            let write = match &text {
                Some(text) => redis::cmd("SET").arg(&key).arg(text).clone(),
                None => redis::cmd("DEL").arg(&key).clone(),
            };
            write.query_async::<()>(&mut connection).await.expect("a write");
            let (next, expected) = gcra::take(kept, now, limit);
            let answer: (i64, u64, u64) = step
                .key(&key)
                .arg(limit.interval_us())
                .arg(limit.burst())
                .arg(now)
                .invoke_async(&mut connection)
                .await
                .expect("a valid script");
            assert_eq!(
                (answer.0 == 1, answer.1, answer.2),
                (expected.allowed, next, now),
                "step {at} of {limit:?}"
            );
            assert_eq!(Allowance::of(answer.0 == 1, answer.1, answer.2, limit), expected);
            kept = Some(next);
        }
    }
}
