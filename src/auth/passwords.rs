//! Passwords: hashed with argon2id, away from the arbiters and by few at a time.
//!
//! A hash takes tens of milliseconds and megabytes on purpose. So there are so many threads for it and so many requests
//! that wait for one; whoever comes beyond that is told `busy` at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use marketd_protocol::code::ErrorCode;
use tokio::sync::Semaphore;

use super::secrets::random;

pub type Refusal = (ErrorCode, String);

/// How passwords are hashed, and by how many at once.
#[derive(Debug, Clone)]
pub struct HashingLimits {
    pub memory_kib: u32,
    pub passes: u32,
    pub threads: usize,
    pub waiting: usize,
}

/// Hashes and verifies passwords.
pub struct Passwords {
    params: Params,
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    waiting_max: usize,
    /// Of no user: what unknown names are compared with, so that they take as long as known ones.
    nobody: String,
}

/// A place among those who wait, given back when it is dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Passwords {
    /// `None` when argon2 cannot work with these numbers.
    pub fn new(limits: &HashingLimits) -> Option<Self> {
        let params = Params::new(limits.memory_kib, limits.passes, 1, None).ok()?;
        let nobody = hash(&params, b"nobody").ok()?;
        Some(Self {
            params,
            turns: Arc::new(Semaphore::new(limits.threads)),
            waiting: Arc::default(),
            waiting_max: limits.waiting.saturating_add(limits.threads),
            nobody,
        })
    }

    pub async fn hash(&self, password: String) -> Result<String, Refusal> {
        let params = self.params.clone();
        let hashed = self.in_turn(move || hash(&params, password.as_bytes())).await?;
        hashed.map_err(|error| {
            tracing::error!(%error, "a password cannot be hashed");
            (ErrorCode::INTERNAL, "the password cannot be hashed".to_owned())
        })
    }

    /// Whether this is the password of the hash. Without a hash it takes as long, and is not.
    pub async fn verify(&self, password: String, hashed: Option<String>) -> Result<bool, Refusal> {
        let is_somebody = hashed.is_some();
        let hashed = hashed.unwrap_or_else(|| self.nobody.clone());
        let is_it = self.in_turn(move || {
            PasswordHash::new(&hashed)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(is_it.await? && is_somebody)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let busy = || (ErrorCode::BUSY, "too many passwords are being checked".to_owned());
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= self.waiting_max {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(busy());
        }
        let place = Place(self.waiting.clone());
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| busy())?;
        // Whoever hangs up does not give the thread free before it is.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        });
        done.await.map_err(|_| (ErrorCode::INTERNAL, "the password cannot be checked".to_owned()))
    }
}

fn hash(params: &Params, password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: PasswordHash = argon2.hash_password_with_salt(password, &random::<16>())?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(waiting: usize) -> Passwords {
        let limits = HashingLimits { memory_kib: 64, passes: 1, threads: 1, waiting };
        Passwords::new(&limits).expect("valid numbers")
    }

    #[tokio::test]
    async fn only_the_password_is_the_password() {
        let passwords = passwords(4);
        let hashed = passwords.hash("secret".to_owned()).await.expect("a turn");
        assert!(hashed.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hashed}");
        assert_ne!(
            passwords.hash("secret".to_owned()).await.expect("a turn"),
            hashed,
            "each has a salt of its own"
        );
        let check = async |password: &str, hashed: Option<&str>| {
            passwords.verify(password.to_owned(), hashed.map(str::to_owned)).await.expect("a turn")
        };
        assert!(check("secret", Some(&hashed)).await);
        assert!(!check("Secret", Some(&hashed)).await);
        assert!(!check("nobody", None).await, "nobody has a password");
        assert!(!check("secret", Some("nonsense")).await);
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let passwords = passwords(1);
        let turn = passwords.turns.clone().acquire_owned().await.expect("free");
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(passwords.hash("a".to_owned()))).collect();
        for work in &mut waiting {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(work.as_mut().poll(&mut context).is_pending());
        }
        let refused = passwords.hash("b".to_owned()).await.expect_err("no place");
        assert_eq!(refused.0, ErrorCode::BUSY);
        // Places come back from those who gave up, and from those who were served.
        waiting.clear();
        let third = passwords.hash("c".to_owned());
        drop(turn);
        third.await.expect("a place");
    }
}
