//! How long a refusal takes tells nothing of how far a forgery got. Two classes of forgeries, true but for their first and but for
//! their last byte, are tried in random turn; Welch's t of their times stays small, and that of a comparison which stops at the
//! first difference does not, so that the method is known to see something.
//! `MARKETD_LONG=1`: 100,000 of each class, and the usual bound for t.

use std::hint::black_box;
use std::time::Instant;

use marketd_testkit::Draw;

use crate::identity::CLOSED;
use crate::support::{TestApp, sized};

/// The slowest of both classes together are the machine's, not ours: that share is left out.
const KEPT_PERCENT: usize = 90;
/// The first ones find cold caches.
const WARMING: usize = 1_000;

/// Beyond that, times of the two classes differ: 4.5 by chance once in 100,000 runs, if nothing else runs. In every run the
/// machine is busy with other things, and a comparison that stops early has thousands.
fn t_max() -> f64 {
    sized(20.0, 4.5)
}

/// Forgeries, one after the other in the same place of memory, so that their addresses tell nothing.
struct Classes {
    held: Vec<u8>,
    pools: [Vec<Vec<u8>>; 2],
    times: [Vec<f64>; 2],
    draw: Draw,
}

impl Classes {
    /// The true one with something else in either place, each of these now and then: what a decoder makes of a letter is no secret.
    fn new(true_one: &[u8], places: [usize; 2], letters: &[u8]) -> Self {
        let pools = places.map(|place| {
            let wrong = letters.iter().filter(|letter| true_one[place] != **letter);
            let forgery = |letter: &u8| {
                let mut forgery = true_one.to_vec();
                forgery[place] = *letter;
                forgery
            };
            wrong.map(forgery).collect()
        });
        Self { held: true_one.to_vec(), pools, times: [Vec::new(), Vec::new()], draw: Draw(7) }
    }

    fn measure(mut self, count: usize, mut tried: impl FnMut(&[u8]) -> bool) -> f64 {
        for at in 0..2 * count + WARMING {
            let class = usize::from(self.draw.below(2) == 1);
            let pool = &self.pools[class];
            self.held.copy_from_slice(&pool[self.draw.below(pool.len() as u64) as usize]);
            let began = Instant::now();
            let is_taken = tried(black_box(&self.held));
            let took = began.elapsed().as_nanos() as f64;
            assert!(!black_box(is_taken), "a forgery is taken");
            if at >= WARMING {
                self.times[class].push(took);
            }
        }
        self.welch()
    }

    fn welch(self) -> f64 {
        let mut all: Vec<f64> = self.times.iter().flatten().copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        let bound = all[all.len() * KEPT_PERCENT / 100];
        let [(first, first_error), (second, second_error)] = self.times.map(|times| {
            let kept: Vec<f64> = times.into_iter().filter(|took| *took <= bound).collect();
            let count = kept.len() as f64;
            let mean = kept.iter().sum::<f64>() / count;
            let variance = kept.iter().map(|took| (took - mean).powi(2)).sum::<f64>() / (count - 1.0);
            (mean, variance / count)
        });
        println!("means {first:.1} and {second:.1} ns");
        ((first - second) / (first_error + second_error).sqrt()).abs()
    }
}

/// Of base64; in any place but the last each of them is good.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hexadecimal");
    (0..text.len() / 2).map(byte).collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("letters")
}

#[actix_web::test]
async fn a_refusal_takes_as_long_however_far_the_forgery_got() {
    let app = TestApp::start(&[CLOSED]).await;
    let count = sized(20_000, 100_000);
    let auth = app.server().auth.clone();
    let alice = app.sign_up("alice").await;
    let program = app.hmac_program(&alice, &["read"]).await;
    let key = auth.keys.find(&program.key_id).await.expect("a key");
    let naive = |given: &[u8]| {
        let true_one = black_box([b'x'; 64]);
        for (at, byte) in given.iter().enumerate() {
            if true_one[at] != *byte {
                return false;
            }
        }
        true
    };
    let seen = Classes::new(&[b'x'; 64], [0, 63], LETTERS).measure(count, naive);
    assert!(seen > t_max(), "a comparison that stops early is not told: t = {seen:.1}");
    let token = &alice.access;
    let signature = token.rfind('.').expect("a signature") + 1;
    let classes = Classes::new(token.as_bytes(), [signature, token.len() - 2], LETTERS);
    let token_t = classes.measure(count, |given| auth.by_token(text(given)).is_ok());
    let message = "GET /api/v1/me";
    let true_one = unhex(&program.sign(message));
    let all: Vec<u8> = (0..=255).collect();
    let key_t =
        Classes::new(&true_one, [0, 31], &all).measure(count, |given| key.verify(message.as_bytes(), given));
    for (what, t) in [("access token", token_t), ("signature of an API key", key_t)] {
        println!("{what}: t = {t:.2}; of a comparison that stops early {seen:.1}");
        assert!(t < t_max(), "{what}: t = {t:.2}");
    }
    app.stop().await;
}
