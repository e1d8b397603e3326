//! Users, logins and keys, as their clients see them.

mod hung_up;
mod keys;
mod logins;
mod matrix;
mod nodes;
mod others;
mod pages;
mod secrets;
mod settings;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

pub const PASSWORD: &str = "correct horse battery";
/// On a loopback address too, as it is anywhere else.
pub const CLOSED: (&str, &str) = ("auth.disabled", "false");

/// Somebody who has logged in.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub access: String,
    pub refresh: String,
}

impl Person {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let data = &answer.json()["data"];
        let text = |field: &str| data[field].as_str().expect(field).to_owned();
        Self { name: text("user"), access: text("access_token"), refresh: text("refresh_token") }
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.access)
    }
}

impl TestApp {
    pub async fn send_json(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path, &[], &body.to_string()).await
    }

    pub async fn sign_up(&self, name: &str) -> Person {
        Person::of(&self.send_json("/api/v1/auth/signup", &json!({"name": name, "password": PASSWORD})).await)
    }

    pub async fn log_in(&self, name: &str) -> Person {
        Person::of(&self.send_json("/api/v1/auth/login", &json!({"name": name, "password": PASSWORD})).await)
    }

    pub async fn renew(&self, refresh: &str) -> Answer {
        self.send_json("/api/v1/auth/refresh", &json!({"refresh_token": refresh})).await
    }

    /// A request of somebody who has logged in.
    pub async fn as_person(&self, person: &Person, method: &str, path: &str, body: &str) -> Answer {
        self.request(method, path, &[("authorization", &person.bearer())], body).await
    }

    /// `data` of a successful answer to somebody.
    pub async fn data_for(&self, person: &Person, path: &str) -> Value {
        let answer = self.as_person(person, "GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()["data"].clone()
    }

    pub async fn set_role(&self, admin: &Person, name: &str, change: &Value) {
        let path = format!("/api/v1/users/{name}");
        let answer = self.as_person(admin, "PATCH", &path, &change.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// The code of a refusal, with its status.
pub fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// What a program signs with.
pub enum Signer {
    Hmac(String),
    Ed25519(Box<Ed25519KeyPair>),
    Rsa(Box<RsaKeyPair>),
}

pub struct Program {
    pub key_id: String,
    pub signer: Signer,
}

impl Program {
    pub fn sign(&self, message: &str) -> String {
        match &self.signer {
            Signer::Hmac(secret) => {
                let tag =
                    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
                hex(tag.as_ref())
            }
            Signer::Ed25519(pair) => STANDARD.encode(pair.sign(message.as_bytes())),
            Signer::Rsa(pair) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signed).expect("signed");
                STANDARD.encode(signed)
            }
        }
    }

    /// The headers of a request that is signed as it should be.
    pub fn headers(&self, at_us: i64, method: &str, path: &str, body: &str) -> Vec<(&'static str, String)> {
        let body = hex(digest(&SHA256, body.as_bytes()).as_ref());
        let signature = self.sign(&format!("{at_us}\n{method}\n{path}\n{body}"));
        vec![
            ("x-api-key", self.key_id.clone()),
            ("x-api-timestamp", at_us.to_string()),
            ("x-api-signature", signature),
        ]
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn now_us() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_micros()).expect("before the year 290000")
}

impl Client {
    /// The code that the server closes with.
    pub async fn close_code(&mut self) -> Option<u16> {
        use futures_util::StreamExt;
        use tokio_tungstenite::tungstenite::Message;
        loop {
            match tokio::time::timeout(crate::support::PATIENCE, self.socket.next()).await.expect("in time") {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
