use super::*;
use crate::auth::Policy;
use crate::http::limits::Rate;

fn load(environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(environment, &Overrides::default()).map_err(|error| error.to_string())
}

#[test]
fn a_password_is_not_shown() {
    for (url, shown) in [
        ("postgres://me:s3cret@db:5432/x?a=b", "postgres://me:***@db:5432/x?a=b"),
        ("postgres://me:p@ss@db/x", "postgres://me:***@db/x"),
        ("postgres://me@db/x", "postgres://me@db/x"),
        (
            "postgres://db/x?user=me&password=s3c&sslmode=require",
            "postgres://db/x?user=me&password=***&sslmode=require",
        ),
        ("postgres://me:a?b/c@db/x", "postgres://me:***@db/x"),
        ("redis://:s3cret@cache/0", "redis://:***@cache/0"),
        ("sqlite:///a/b.db", "sqlite:///a/b.db"),
        ("", ""),
    ] {
        assert_eq!(without_password(url), shown);
    }
}

#[test]
fn the_default_is_valid_and_profiles_fit_it() {
    load(&[]).expect("the default");
    for profile in ["dev", "test", "production"] {
        load(&[("MARKETD_PROFILE", profile)]).expect(profile);
    }
}

#[test]
fn the_environment_goes_over_the_files() {
    let config = load(&[
        ("MARKETD__VENUES__BINANCE__WS_URL", "ws://127.0.0.1:9"),
        ("MARKETD__VENUES__BINANCE__ENABLED", "true"),
        ("MARKETD__VENUES__BINANCE__MARKETS", "BTC-USDT,ETH-USDT"),
        ("MARKETD__VENUES__BINANCE_US__ENABLED", "true"),
        ("MARKETD__REPLAY__FILES", "a/b.zst, c.zst"),
        ("MARKETD__LIMITS__SUBSCRIPTIONS", "7"),
        ("GATEWAY_PORT", "9123"),
        ("DATABASE_URL", "postgres://x"),
        ("REDIS_URL", "redis://:s3cret@cache:6379/1"),
        ("RATE_LIMIT_RPS", "7"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cret, tenant=9"),
        ("OTEL_SERVICE_NAME", ""),
        ("UNRELATED", "1"),
    ])
    .expect("valid");
    let binance = &config.venues["binance"];
    assert_eq!((binance.enabled, binance.ws_url.as_str()), (true, "ws://127.0.0.1:9"));
    assert_eq!(binance.markets, ["BTC-USDT", "ETH-USDT"]);
    assert!(config.venues["binance-us"].enabled);
    assert_eq!(config.replay.files, [PathBuf::from("a/b.zst"), PathBuf::from("c.zst")]);
    assert_eq!(config.limits.subscriptions, 7);
    assert_eq!(config.http.bind.to_string(), "127.0.0.1:9123");
    assert_eq!(config.store.url, "postgres://x");
    assert_eq!(config.bus.url, "redis://:s3cret@cache:6379/1");
    assert!(!format!("{config:?}").contains("s3cret"));
    assert_eq!(*config.request_rates().address.read(), Rate { per_second: 7, burst: 100 });
    let shown = serde_json::Value::Object(config.shown());
    assert!(!shown.to_string().contains("s3cret"), "{shown}");
    assert_eq!(shown["bus"]["url"], "redis://:***@cache:6379/1");
    assert_eq!(shown["limits"]["subscriptions"], 7);
    assert_eq!(shown["tracing"]["otlp_headers"], serde_json::json!(["api-key=***", "tenant=***"]));
    let headers: Vec<_> = config.tracing.headers().collect();
    assert_eq!(headers, [("api-key", "s3cret"), ("tenant", "9")]);
    let tracing = &config.tracing;
    assert_eq!((&*tracing.otlp_endpoint, &*tracing.service_name), ("http://collector:4318", "marketd"));
}

#[test]
fn who_is_let_in_follows_the_address_unless_it_is_said() {
    let check = |bind: &str, disabled: &str, expected: Policy| {
        let config = load(&[("MARKETD__HTTP__BIND", bind), ("DISABLE_AUTH", disabled)]).expect("valid");
        assert_eq!(config.auth_settings().expect("valid").policy, expected, "{bind} {disabled}");
    };
    for bind in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80"] {
        check(bind, "", Policy::Open);
        check(bind, "0", Policy::Closed);
        check(bind, "1", Policy::Off);
    }
    for bind in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
        check(bind, "", Policy::Closed);
        check(bind, "0", Policy::Closed);
    }
}

#[test]
fn mistakes_are_named() {
    let check = |environment: &[(&str, &str)], part: &str| {
        let error = load(environment).expect_err(part);
        assert!(error.contains(part), "{error:?} does not name {part:?}");
    };
    check(&[("MARKETD__HTTP__PORT", "1")], "MARKETD__HTTP__PORT");
    check(&[("MARKETD__LIMITS__SUBSCRIPTIONS", "many")], "MARKETD__LIMITS__SUBSCRIPTIONS");
    check(&[("MARKETD__VENUES__NOWHERE__ENABLED", "true")], "MARKETD__VENUES__NOWHERE__ENABLED");
    check(&[("MARKETD__VENUES__SIM__MARKETS", "DOGE-USD")], "venues.sim.markets");
    check(&[("MARKETD__VENUES__KRAKEN__MARKETS", "BTCUSD")], "venues.kraken.markets");
    check(&[("MARKETD__REPLAY__SPEED", "fast")], "replay.speed");
    check(&[("MARKETD__HTTP__BIND", "somewhere")], "bind");
    check(&[("GATEWAY_PORT", "port")], "GATEWAY_PORT");
    check(&[("MARKETD__HTTP__BIND", "0.0.0.0:80"), ("DISABLE_AUTH", "1")], "auth.disabled");
    for bind in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[2001:db8::1]:80"] {
        for disabled in [("DISABLE_AUTH", "1"), ("DISABLE_AUTH", "true"), ("MARKETD__AUTH__DISABLED", "true")]
        {
            check(&[("MARKETD__HTTP__BIND", bind), disabled], "auth.disabled");
        }
    }
    check(&[("MARKETD__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,proxy")], "\"proxy\"");
    check(&[("DISABLE_AUTH", "maybe")], "auth.disabled");
    check(&[("MARKETD__AUTH__DEFAULT_ROLE", "admin")], "auth.default_role");
    check(&[("MARKETD__AUTH__ACCESS_S", "901")], "auth.access_s");
    check(&[("MARKETD__AUTH__REFRESH_DAYS", "0")], "auth.refresh_days");
    check(&[("MARKETD__AUTH__HASH_MEMORY_KIB", "63")], "auth.hash_memory_kib");
    check(&[("MARKETD__AUTH__HASH_THREADS", "0")], "auth.hash_threads");
    check(&[("MARKETD__AUTH__SIGNATURE_WINDOW_MS", "60001")], "auth.signature_window_ms");
    check(&[("MARKETD__LIMITS__MESSAGE_BYTES", "16777217")], "limits.message_bytes");
    check(&[("MARKETD__LIMITS__MESSAGE_BYTES", "124")], "limits.message_bytes");
    check(&[("MARKETD__LIMITS__BODY_MS", "0")], "limits.body_ms");
    check(&[("MARKETD__LIMITS__PINGS_PER_SECOND", "0")], "limits.pings_per_second");
    check(&[("MARKETD__HTTP__ALLOWED_ORIGINS", "loopback,a.com")], "\"a.com\"");
    check(&[("MARKETD__SESSION__ECHO", "true"), ("MARKETD__HTTP__BIND", "0.0.0.0:80")], "session.echo");
    check(&[("MARKETD__SESSION__ECHO", "true"), ("MARKETD_PROFILE", "production")], "session.echo");
    let by_path = [("MARKETD__SESSION__ECHO", "true"), ("MARKETD_PROFILE", "./config/production.toml")];
    check(&by_path, "session.echo");
    check(&[("MARKETD_PROFILE", "nosuch")], "config/nosuch.toml");
    check(&[("MARKETD__MARKETS__TRADES", "0")], "markets.trades");
    check(&[("REDIS_URL", "http://cache")], "bus.url");
    check(&[("DATABASE_URL", "mysql://db/x")], "store.url");
    check(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318")], "tracing.otlp_endpoint");
    check(&[("MARKETD__TRACING__OTLP_ENDPOINT", "http://")], "tracing.otlp_endpoint");
    check(&[("OTEL_EXPORTER_OTLP_HEADERS", "api-key")], "tracing.otlp_headers");
    check(&[("MARKETD__TRACING__QUEUE_SPANS", "0")], "tracing.queue_spans");
    check(&[("MARKETD__TRACING__TIMEOUT_MS", "60001")], "tracing.timeout_ms");
    check(&[("MARKETD__LOG__FILE_MB", "0")], "log.file_mb");
    check(&[("MARKETD__LOG__FILES", "0")], "log.files");
    check(&[("RATE_LIMIT_RPS", "fast")], "RATE_LIMIT_RPS");
    check(&[("MARKETD__BUS__TIMEOUT_MS", "501")], "bus.timeout_ms");
    check(&[("MARKETD__BUS__PREFIX", "a b")], "bus.prefix");
    check(&[("MARKETD__BUS__SNAPSHOT_MS", "0")], "bus.snapshot_ms");
    check(&[("MARKETD__BUS__SNAPSHOT_LEVELS", "5001")], "bus.snapshot_levels");
    check(&[("MARKETD__MARKETS__CANDLES", "1")], "markets.candles");
    check(&[("MARKETD__STORE__FLUSH_ROWS", "0")], "store.flush_rows");
    check(&[("MARKETD__STORE__FLUSH_MS", "5001")], "store.flush_ms");
    check(&[("MARKETD__STORE__RETENTION__TRADES_DAYS", "-1")], "store.retention.trades_days");
    check(&[("MARKETD__HTTP__BIND", "localhost")], "http.bind");
    check(&[("MARKETD__HTTP", "x")], "MARKETD__HTTP");
    check(&[("MARKETD__LOG__FILTER", "info=debug=trace")], "log.filter");
    check(&[("RUST_LOG", "info=debug=trace")], "log.filter");
    check(&[("MARKETD__SHUTDOWN__DEADLINE_MS", "3000")], "shutdown.deadline_ms");
    check(&[("MARKETD__FEEDS__BACKOFF_MAX_MS", "1")], "feeds.backoff_max_ms");
    check(&[("MARKETD__HTTP__WORKERS", "1025")], "http.workers");
    check(&[("MARKETD__MARKETS__ARBITERS", "1025")], "markets.arbiters");
    check(&[("MARKETD__HUB__RING_AGE_MS", "-1")], "hub.ring_age_ms");
    check(&[("MARKETD__LIMITS__MESSAGE_BYTES", "-1")], "limits.message_bytes");
    check(&[("MARKETD__LIMITS__REQUESTS_PER_SECOND", "4294967296")], "limits.requests_per_second");
    for never in ["SESSION__HEARTBEAT_MS", "SESSION__PING_MS", "FEEDS__PING_MS", "LIMITS__STALL_TIMEOUT_MS"] {
        check(&[(&format!("MARKETD__{never}"), "0")], &never.to_lowercase().replace("__", "."));
    }
}

/// Each has a bound, in its own unit: beyond it a time would overflow where it is used.
#[test]
fn no_time_is_longer_than_anybody_can_mean() {
    fn times(table: &Table, place: &str, found: &mut Vec<String>) {
        for (key, value) in table {
            let here = format!("{place}__{key}").to_uppercase().replace('-', "_");
            match value {
                Value::Table(inner) => times(inner, &here, found),
                Value::Integer(_) if ["_ms", "_s", "_h", "_days"].iter().any(|unit| key.ends_with(unit)) => {
                    found.push(here);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    times(&DEFAULT.parse().expect("TOML"), "MARKETD", &mut found);
    assert!(found.len() > 30, "{found:?}");
    for name in found {
        let error = load(&[(&name, &i64::MAX.to_string())]).expect_err(&name);
        let key = name.trim_start_matches("MARKETD__").to_lowercase().replace("__", ".");
        assert!(error.starts_with(&format!("{key}: ")), "{error}");
    }
}

/// Why a value is what it is stands above its key, or above those that it is named together with. Of venues the first says it
/// for all.
#[test]
fn every_key_says_why() {
    let (mut section, mut is_explained) = (String::new(), false);
    let mut keys = 0;
    for line in DEFAULT.lines() {
        if line.starts_with('#') {
            is_explained = true;
        } else if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).to_owned();
        } else if line.is_empty() {
            is_explained = false;
        } else {
            let key = line.split_once(" = ").unwrap_or_else(|| panic!("{line:?} is no key")).0;
            let is_of_many = section.starts_with("venues.") || section == "replay.instruments";
            assert!(is_explained || is_of_many, "[{section}] {key} has no comment");
            keys += 1;
        }
    }
    assert!(keys > 100, "{keys} keys");
}

#[test]
fn no_address_shows_its_password() {
    let config = load(&[
        ("DATABASE_URL", "postgres://me:s3cret@db/x"),
        ("MARKETD__VENUES__KRAKEN__WS_URL", "wss://me:s3cret@relay/ws"),
        ("MARKETD__VENUES__KRAKEN__REST_URL", "https://relay/?password=s3cret"),
    ])
    .expect("valid");
    let shown = serde_json::Value::Object(config.shown());
    assert_eq!(shown["venues"]["kraken"]["ws_url"], "wss://me:***@relay/ws");
    assert!(!shown.to_string().contains("s3cret"), "{shown}");
    assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
}
