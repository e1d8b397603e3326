//! What a client may do, and how often.

use std::time::{Duration, Instant};

use super::origin::OriginRules;

/// Who may open a session, and what it may do then.
#[derive(Debug, Clone)]
pub struct SessionLimits {
    pub origins: OriginRules,
    /// Sessions of one address; `None`: any number.
    pub connections_per_ip: Option<u32>,
    /// Whether addresses of this machine are counted too.
    pub count_loopback: bool,
    pub subscriptions: usize,
    pub markets_per_request: usize,
    pub message_bytes: usize,
    pub fragments: usize,
    /// From the first byte of a message to its last.
    pub message_time: Duration,
    pub messages_per_second: u32,
    /// Pings from the client, and pongs that answer none of ours; one more closes the connection.
    pub pings_per_second: u32,
    /// Refused messages within a minute before the connection is closed.
    pub refusals_per_minute: u32,
    /// A session that has asked for nothing by then is closed; `None`: never.
    pub first_message: Option<Duration>,
    pub heartbeat: Duration,
    pub ping: Duration,
    pub pong_timeout: Duration,
    /// How long to wait for the client's half of a close.
    pub close_grace: Duration,
    /// Whether clients that offer compression get it.
    pub deflate: bool,
    /// Whether there is an endpoint that sends messages back.
    pub echo: bool,
}

/// Counts what happens within spans of a fixed length.
#[derive(Debug)]
pub struct Window {
    span: Duration,
    since: Instant,
    count: u32,
}

impl Window {
    pub const fn new(span: Duration, now: Instant) -> Self {
        Self { span, since: now, count: 0 }
    }

    /// Counts one more, and tells how many that makes in this span.
    pub fn count(&mut self, now: Instant) -> u32 {
        if now.saturating_duration_since(self.since) >= self.span {
            (self.since, self.count) = (now, 0);
        }
        self.count = self.count.saturating_add(1);
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_starts_over_when_its_span_is_over() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut window = Window::new(Duration::from_secs(1), start);
        assert_eq!([window.count(at(0)), window.count(at(500)), window.count(at(999))], [1, 2, 3]);
        assert_eq!([window.count(at(1_000)), window.count(at(1_999))], [1, 2]);
        assert_eq!(window.count(at(9_000)), 1);
        assert_eq!(window.count(at(8_000)), 2, "a clock that goes back opens nothing");
    }
}
