//! When each message is due. Pure: times come in and go out as microseconds.

use std::time::Duration;

/// A load: a rate over all markets, raised step by step until its time is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Messages a second at the beginning.
    pub rate: f64,
    pub duration: Duration,
    pub ramp: Option<Ramp>,
}

/// The rate is multiplied by `factor` every `every`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    pub factor: f64,
    pub every: Duration,
}

impl std::str::FromStr for Ramp {
    type Err = String;

    /// `FACTOR:SECONDS`
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("{text:?} is not FACTOR:SECONDS, both above zero");
        let (factor, seconds) = text.split_once(':').ok_or_else(expected)?;
        let factor = factor.parse().ok().filter(|factor| *factor > 0.0).ok_or_else(expected)?;
        let seconds: f64 = seconds.parse().map_err(|_| expected())?;
        let every = Duration::try_from_secs_f64(seconds).ok().filter(|every| !every.is_zero());
        Ok(Self { factor, every: every.ok_or_else(expected)? })
    }
}

/// A time of one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub rate: f64,
    /// Since the load began.
    pub begins: Duration,
    pub messages: u64,
}

impl Step {
    /// Microseconds, since the load began, at which the step's message `n` is due.
    pub fn due_micros(&self, n: u64) -> u64 {
        micros(self.begins) + (n as f64 * 1e6 / self.rate) as u64
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Load {
    pub fn steps(&self) -> Vec<Step> {
        let (factor, every) = self.ramp.map_or((1.0, self.duration), |ramp| (ramp.factor, ramp.every));
        let mut steps = Vec::new();
        let (mut rate, mut begins) = (self.rate, Duration::ZERO);
        while begins < self.duration {
            let lasts = every.min(self.duration - begins);
            steps.push(Step { rate, begins, messages: (rate * lasts.as_secs_f64()).round() as u64 });
            begins += lasts;
            rate *= factor;
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_steady_load_is_one_step_with_evenly_spaced_messages() {
        let steps = Load { rate: 400.0, duration: seconds(3), ramp: None }.steps();
        assert_eq!(steps, [Step { rate: 400.0, begins: seconds(0), messages: 1_200 }]);
        let due: Vec<u64> = (0..4).map(|n| steps[0].due_micros(n)).collect();
        assert_eq!(due, [0, 2_500, 5_000, 7_500]);
        assert_eq!(steps[0].due_micros(1_199), 2_997_500);
    }

    #[test]
    fn a_ramp_multiplies_the_rate_and_its_last_step_ends_with_the_load() {
        let ramp = "2:2".parse().expect("a ramp");
        let steps = Load { rate: 100.0, duration: seconds(5), ramp: Some(ramp) }.steps();
        let expected = [(100.0, 0, 200), (200.0, 2, 400), (400.0, 4, 400)];
        let expected: Vec<Step> = (expected.iter())
            .map(|(rate, begins, messages)| Step {
                rate: *rate,
                begins: seconds(*begins),
                messages: *messages,
            })
            .collect();
        assert_eq!(steps, expected);
        assert_eq!(steps[1].due_micros(1), 2_005_000);
    }

    #[test]
    fn ramps_that_do_not_move_on_are_refused() {
        for text in ["2", "0:2", "-1:2", "2:0", "2:-1", "x:2", "2:x", "2:1e300"] {
            assert!(text.parse::<Ramp>().is_err(), "{text}");
        }
    }
}
