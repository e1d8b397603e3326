//! Subscribers of this node, and their queues.
//!
//! Invariants: a topic is in the table while somebody is subscribed and no longer; a queue never holds more than
//! [`QUEUE_FRAMES`] events and [`QUEUE_BYTES`] bytes, and what did not fit is followed by [`Event::Missed`].

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::error::BusError;
use crate::metrics::BusMetrics;
use crate::types::Key;

const QUEUE_FRAMES: usize = 1_024;
const QUEUE_BYTES: usize = 4 * 1024 * 1024;
const TOPICS_MAX: usize = 4_096;
const SUBSCRIBERS_MAX: usize = 256;
/// Publishers of a topic whose last number is remembered: the nodes, and those that they were before a restart.
const PUBLISHERS_MAX: usize = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Frame(Bytes),
    /// Something before this may have been missed: whoever needs all begins again from a snapshot. Also the first
    /// event of every subscription.
    Missed,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    news: Notify,
}

impl Queue {
    /// Whether there was room.
    fn push(&self, frame: &Bytes) -> bool {
        let mut waiting = self.waiting.lock();
        let has_room = waiting.events.len() < QUEUE_FRAMES && waiting.bytes + frame.len() <= QUEUE_BYTES;
        if has_room {
            waiting.bytes += frame.len();
            waiting.events.push_back(Event::Frame(frame.clone()));
        } else {
            push_missed(&mut waiting);
        }
        drop(waiting);
        self.news.notify_one();
        has_room
    }

    fn push_missed(&self) {
        push_missed(&mut self.waiting.lock());
        self.news.notify_one();
    }
}

/// Once is enough: it speaks of all that was before.
fn push_missed(waiting: &mut Waiting) {
    if waiting.events.back() != Some(&Event::Missed) {
        waiting.events.push_back(Event::Missed);
    }
}

#[derive(Debug, Default)]
struct Topic {
    queues: Vec<Arc<Queue>>,
    /// The number of the last frame of each publisher.
    last_seqs: HashMap<u64, u64>,
}

/// What a frame of another node comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    Delivered,
    Repeated,
    /// Nobody here wants it any more.
    Unwanted,
}

#[derive(Debug)]
pub(crate) struct Topics {
    topics: Mutex<HashMap<Key, Topic>>,
    /// Woken when topics come and go.
    pub changed: Notify,
    metrics: Arc<BusMetrics>,
}

/// Ends when it is dropped.
#[derive(Debug)]
pub struct Subscription {
    topic: Key,
    queue: Arc<Queue>,
    topics: Weak<Topics>,
}

impl Topics {
    pub fn new(metrics: Arc<BusMetrics>) -> Self {
        Self { topics: Mutex::default(), changed: Notify::new(), metrics }
    }

    pub fn subscribe(self: &Arc<Self>, topic: &Key) -> Result<Subscription, BusError> {
        let queue = Arc::new(Queue::default());
        queue.push_missed();
        let mut topics = self.topics.lock();
        let subscribers = topics.get(topic).map_or(0, |held| held.queues.len());
        if (subscribers == 0 && topics.len() >= TOPICS_MAX) || subscribers >= SUBSCRIBERS_MAX {
            return Err(BusError::Full { doing: "subscribing" });
        }
        topics.entry(topic.clone()).or_default().queues.push(queue.clone());
        drop(topics);
        self.changed.notify_one();
        Ok(Subscription { topic: topic.clone(), queue, topics: Arc::downgrade(self) })
    }

    /// The topics that somebody is subscribed to.
    pub fn wanted(&self) -> Vec<Key> {
        self.topics.lock().keys().cloned().collect()
    }

    /// A frame of this node.
    pub fn deliver(&self, topic: &Key, frame: &Bytes) {
        if let Some(topic) = self.topics.lock().get(topic) {
            self.push(topic, frame);
        }
    }

    /// A frame of another node, with that one's number of it: what is missing shows, and what came is not given twice.
    pub fn arrive(&self, topic: &Key, publisher: u64, seq: u64, frame: &Bytes) -> Arrival {
        let mut topics = self.topics.lock();
        let Some(topic) = topics.get_mut(topic) else { return Arrival::Unwanted };
        if topic.last_seqs.len() >= PUBLISHERS_MAX && !topic.last_seqs.contains_key(&publisher) {
            topic.last_seqs.clear();
        }
        match topic.last_seqs.insert(publisher, seq) {
            Some(last) if seq <= last => {
                topic.last_seqs.insert(publisher, last);
                return Arrival::Repeated;
            }
            Some(last) if seq > last + 1 => self.say_missed(topic),
            _ => {}
        }
        self.push(topic, frame);
        Arrival::Delivered
    }

    /// The connection to other nodes began anew: what they published meanwhile is lost.
    pub fn missed(&self, topic: &Key) {
        if let Some(topic) = self.topics.lock().get(topic) {
            self.say_missed(topic);
        }
    }

    fn push(&self, topic: &Topic, frame: &Bytes) {
        let dropped = topic.queues.iter().filter(|queue| !queue.push(frame)).count();
        BusMetrics::add(&self.metrics.bus_frames_dropped, dropped);
    }

    fn say_missed(&self, topic: &Topic) {
        BusMetrics::count(&self.metrics.bus_missed);
        topic.queues.iter().for_each(|queue| queue.push_missed());
    }
}

impl Subscription {
    /// The next event. May be dropped while it waits: nothing is lost.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.take() {
                return event;
            }
            self.queue.news.notified().await;
        }
    }

    /// The next event, if one is there.
    pub fn take(&mut self) -> Option<Event> {
        let mut waiting = self.queue.waiting.lock();
        let event = waiting.events.pop_front()?;
        if let Event::Frame(frame) = &event {
            waiting.bytes -= frame.len();
        }
        Some(event)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(topics) = self.topics.upgrade() else { return };
        let mut held = topics.topics.lock();
        if let Some(topic) = held.get_mut(&self.topic) {
            topic.queues.retain(|queue| !Arc::ptr_eq(queue, &self.queue));
            if topic.queues.is_empty() {
                held.remove(&self.topic);
            }
        }
        drop(held);
        topics.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics() -> (Arc<Topics>, Key) {
        (Arc::new(Topics::new(Arc::default())), Key::new("t").expect("short"))
    }

    fn drain(subscription: &mut Subscription) -> Vec<Event> {
        std::iter::from_fn(|| subscription.take()).collect()
    }

    #[test]
    fn a_hole_in_a_publishers_numbers_is_told_and_repetitions_are_not_given() {
        let (topics, topic) = topics();
        let mut subscription = topics.subscribe(&topic).expect("room");
        let frame = |text: &'static str| Bytes::from_static(text.as_bytes());
        let arrive = |publisher, seq, text| topics.arrive(&topic, publisher, seq, &frame(text));
        assert_eq!(arrive(1, 5, "a"), Arrival::Delivered);
        assert_eq!(arrive(1, 6, "b"), Arrival::Delivered);
        assert_eq!(arrive(2, 1, "c"), Arrival::Delivered);
        assert_eq!(arrive(1, 6, "b"), Arrival::Repeated);
        assert_eq!(arrive(1, 8, "d"), Arrival::Delivered);
        assert_eq!(arrive(1, 7, "late"), Arrival::Repeated);
        let expected = [
            Event::Missed,
            Event::Frame(frame("a")),
            Event::Frame(frame("b")),
            Event::Frame(frame("c")),
            Event::Missed,
            Event::Frame(frame("d")),
        ];
        assert_eq!(drain(&mut subscription), expected);
    }

    #[test]
    fn a_full_queue_drops_and_says_so_in_its_place() {
        let (topics, topic) = topics();
        let mut subscription = topics.subscribe(&topic).expect("room");
        let frame = Bytes::from(vec![7; 16 * 1024]);
        for _ in 0..1_000 {
            topics.deliver(&topic, &frame);
        }
        let held = QUEUE_BYTES / frame.len();
        assert_eq!(
            topics.metrics.bus_frames_dropped.load(std::sync::atomic::Ordering::Relaxed),
            1_000 - held as u64
        );
        let events = drain(&mut subscription);
        assert_eq!(events.len(), 1 + held + 1);
        assert_eq!((events.first(), events.last()), (Some(&Event::Missed), Some(&Event::Missed)));
        topics.deliver(&topic, &frame);
        assert_eq!(drain(&mut subscription), [Event::Frame(frame)]);
    }

    #[test]
    fn a_queue_of_empty_frames_is_bounded_too() {
        let (topics, topic) = topics();
        let mut subscription = topics.subscribe(&topic).expect("room");
        for _ in 0..10 * QUEUE_FRAMES {
            topics.deliver(&topic, &Bytes::new());
        }
        assert_eq!(drain(&mut subscription).len(), QUEUE_FRAMES + 1);
    }

    #[test]
    fn topics_and_subscribers_are_bounded_and_forgotten() {
        let (topics, topic) = topics();
        let subscriptions: Vec<_> =
            (0..SUBSCRIBERS_MAX).map(|_| topics.subscribe(&topic).expect("room")).collect();
        assert!(topics.subscribe(&topic).is_err());
        drop(subscriptions);
        assert_eq!(topics.wanted(), []);
        let name = |number: usize| Key::new(format!("t{number}")).expect("short");
        let subscriptions: Vec<_> =
            (0..TOPICS_MAX).map(|number| topics.subscribe(&name(number)).expect("room")).collect();
        assert!(topics.subscribe(&name(TOPICS_MAX)).is_err());
        drop(subscriptions);
        assert_eq!(topics.wanted(), []);
    }
}
