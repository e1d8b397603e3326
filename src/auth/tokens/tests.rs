//! Tokens that are good, and a great many that are not.

use serde_json::{Value, json};

use super::*;

const NOW_S: i64 = 1_800_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn alice() -> Identity {
    Identity {
        user: UserNo::new(7),
        name: "alice".into(),
        role: Role::Trader,
        scopes: Role::Trader.scopes(),
        account: None,
        proof: Proof::Login("0a".into()),
        expires: Some(at(NOW_S + 900)),
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token of these parts, signed with this key.
fn signed(key: &hmac::Key, header: &str, claims: &str) -> String {
    let text = format!("{header}.{claims}");
    let tag = hmac::sign(key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn claims_of(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("claims");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON")
}

#[test]
fn a_token_is_good_until_it_expires() {
    let tokens = Tokens::new(&ServerKey::fresh());
    let token = tokens.issue(Audience::Api, &alice(), at(NOW_S), 900).expect("a token");
    let verified = tokens.verify(Audience::Api, &token, at(NOW_S + 899)).expect("of its time");
    assert_eq!(verified.identity, alice());
    assert_eq!((verified.issued, verified.expires), (at(NOW_S), at(NOW_S + 900)));
    let late = tokens.verify(Audience::Api, &token, at(NOW_S + 900));
    assert_eq!(late.expect_err("too late"), TokenError::Expired);
    tokens.verify(Audience::Api, &token, at(NOW_S - LEEWAY_S)).expect("a clock behind");
    let early = tokens.verify(Audience::Api, &token, at(NOW_S - LEEWAY_S - 1));
    assert_eq!(early.expect_err("too early"), TokenError::Invalid);
    assert!(tokens.issue(Audience::Api, &Identity::dev(), at(NOW_S), 900).is_none(), "dev has shown nothing");
}

#[test]
fn a_ticket_is_no_token_and_a_token_no_ticket() {
    let tokens = Tokens::new(&ServerKey::fresh());
    for (one, other) in [(Audience::Api, Audience::Session), (Audience::Session, Audience::Api)] {
        let token = tokens.issue(one, &alice(), at(NOW_S), 30).expect("a token");
        tokens.verify(one, &token, at(NOW_S)).expect("what it is for");
        assert_eq!(tokens.verify(other, &token, at(NOW_S)).expect_err("another"), TokenError::Invalid);
    }
    let ticket = tokens.issue(Audience::Session, &alice(), at(NOW_S), 30).expect("a ticket");
    let verified = tokens.verify(Audience::Session, &ticket, at(NOW_S)).expect("of its time");
    assert_eq!(
        verified.identity.expires,
        Some(at(NOW_S + 900)),
        "the session ends with the token, not the ticket"
    );
}

/// Whoever has no key.
#[test]
fn no_forged_token_is_taken() {
    let tokens = Tokens::new(&ServerKey::fresh());
    let good = tokens.issue(Audience::Api, &alice(), at(NOW_S), 900).expect("a token");
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let own_key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
    let empty_key = hmac::Key::new(hmac::HMAC_SHA256, b"");
    let with = |field: &str, value: Value| {
        let mut changed = claims_of(&good);
        changed[field] = value;
        encode(&changed)
    };
    let with_header = |header: Value| {
        let header = encode(&header);
        [
            format!("{header}.{claims}."),
            format!("{header}.{claims}.{signature}"),
            signed(&own_key, &header, claims),
            signed(&empty_key, &header, claims),
        ]
    };
    let mut forged = vec![
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        header.to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{claims}.{header}.{signature}"),
        format!("{good}."),
        format!("{good}A"),
        format!("{good}="),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}.{signature}"),
        good.to_lowercase(),
        good[..good.len() - 1].to_owned(),
        format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>()),
        format!("{header}.{}.{signature}", with("role", json!("admin"))),
        format!("{header}.{}.{signature}", with("sub", json!("0"))),
        format!("{header}.{}.{signature}", with("exp", json!(NOW_S + 90_000))),
        signed(&own_key, header, claims),
        signed(&empty_key, header, claims),
        signed(&own_key, header, &with("role", json!("admin"))),
        "A".repeat(TOKEN_MAX + 1),
        format!("{header}.{}.{signature}", "A".repeat(100_000)),
    ];
    for alg in ["none", "None", "NONE", "HS256", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA", ""] {
        forged.extend(
            with_header(json!({"alg": alg, "typ": "JWT"})).into_iter().filter(|token| *token != good),
        );
    }
    for (field, value) in [
        ("kid", json!("../../dev/null")),
        ("kid", json!("' union select 'secret'--")),
        ("jku", json!("http://127.0.0.1/keys")),
        ("jwk", json!({"kty": "oct", "k": "c2VjcmV0"})),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
    ] {
        let mut header = json!({"alg": "HS256", "typ": "JWT"});
        header[field] = value;
        forged.extend(with_header(header));
    }
    assert!(forged.len() > 25);
    for token in &forged {
        let refused = tokens.verify(Audience::Api, token, at(NOW_S));
        assert_eq!(refused.expect_err(token), TokenError::Invalid, "{token}");
    }
    tokens.verify(Audience::Api, &good, at(NOW_S)).expect("the true one is");
}

/// Whoever has the key and writes something that we do not: nothing is guessed at.
#[test]
fn no_malformed_token_is_taken_even_when_it_is_signed() {
    let tokens = Tokens::new(&ServerKey::fresh());
    let good = tokens.issue(Audience::Api, &alice(), at(NOW_S), 900).expect("a token");
    let check = |claims: &str, expected: TokenError| {
        let token = signed(&tokens.api, HEADER, claims);
        assert_eq!(tokens.verify(Audience::Api, &token, at(NOW_S)).expect_err(claims), expected, "{claims}");
    };
    for (field, value) in [
        ("iss", json!("elsewhere")),
        ("aud", json!("marketd-session")),
        ("aud", json!(["marketd-api"])),
        ("sub", json!("-1")),
        ("sub", json!("alice")),
        ("sub", json!(7)),
        ("role", json!("root")),
        ("scopes", json!("everything")),
        ("nbf", json!(NOW_S + 3_600)),
        ("iat", json!(NOW_S + 3_600)),
        ("exp", json!("never")),
        ("exp", json!(1e99)),
        ("key", json!("0a")),
        ("login", json!(null)),
        ("admin", json!(true)),
    ] {
        let mut changed = claims_of(&good);
        changed[field] = value;
        check(&encode(&changed), TokenError::Invalid);
    }
    for missing in ["iss", "aud", "sub", "name", "role", "scopes", "login", "jti", "at", "iat", "nbf", "exp"]
    {
        let mut changed = claims_of(&good);
        changed.as_object_mut().expect("claims").remove(missing);
        check(&encode(&changed), TokenError::Invalid);
    }
    let text = claims_of(&good).to_string();
    let twice = text.replacen('{', "{\"role\":\"admin\",", 1);
    check(&URL_SAFE_NO_PAD.encode(twice), TokenError::Invalid);
    for nonsense in ["", "null", "[]", "{}", &"[".repeat(300)] {
        check(&URL_SAFE_NO_PAD.encode(nonsense), TokenError::Invalid);
    }
    let mut expired = claims_of(&good);
    for exp in [NOW_S, NOW_S - 1, 0, -1, i64::MIN] {
        expired["exp"] = json!(exp);
        check(&encode(&expired), TokenError::Expired);
    }
}

#[test]
fn a_refresh_token_is_of_one_generation_of_one_login() {
    let tokens = Tokens::new(&ServerKey::fresh());
    let refresh = Refresh { login_id: "0a1b".to_owned(), generation: 3 };
    let token = tokens.refresh_token(&refresh);
    assert_eq!(tokens.read_refresh(&token), Some(refresh.clone()));
    assert_eq!(tokens.refresh_token(&refresh), token);
    let mac = token.rsplit_once('.').expect("a MAC").1;
    for forged in [
        String::new(),
        format!("0a1b.4.{mac}"),
        format!("0a1c.3.{mac}"),
        format!("0a1b.3.{mac}A"),
        "0a1b.3.".to_owned(),
        format!("0a1b.3..{mac}"),
        Tokens::new(&ServerKey::fresh()).refresh_token(&refresh),
    ] {
        assert_eq!(tokens.read_refresh(&forged), None, "{forged}");
    }
}
