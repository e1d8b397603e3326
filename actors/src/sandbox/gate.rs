//! The way to the sandbox for everybody else: requests that act, and questions.
//!
//! A request that was taken is carried out, whether or not who sent it still waits. Nothing is answered before what it
//! rests on is on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use actix::prelude::*;
use bytes::Bytes;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use parking_lot::RwLock;
use tokio::sync::oneshot;

use super::floor::Floor;
use super::{Ask, SandboxActor, Submit};
use crate::metrics::Queue;
use crate::traces::{OpenSpan, current_hop};

/// A refusal on its way to whoever asked.
pub type Refused = (ErrorCode, String);

/// What a request came to: `data` of the envelope, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub http_status: u16,
    pub data: Bytes,
    /// It was carried out before, and this is what was answered then.
    pub is_replayed: bool,
}

/// Names a request, so that it is carried out once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    pub key: String,
    /// Of the whole request: the same key with another request is refused.
    pub hash: [u8; 32],
    /// What a second request under this key is refused with.
    pub refusal: ErrorCode,
}

/// What is to be done; on the sandbox's own thread.
pub type Work = Box<dyn FnOnce(&mut Floor, UserNo) -> Result<Done, Refused> + Send>;

/// What was done: who it concerns, and the answer.
#[derive(Debug, Clone)]
pub struct Done {
    pub http_status: u16,
    pub data: Vec<u8>,
}

/// How the sandbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SandboxState {
    /// Not started, or reading its journal.
    Restoring = 0,
    Ready = 1,
    /// The store does not take its journal.
    StoreAway = 2,
    /// Another process has taken the journal over.
    Lost = 3,
    /// What is stored cannot be read.
    Damaged = 4,
}

impl SandboxState {
    pub const ALL: [Self; 5] = [Self::Restoring, Self::Ready, Self::StoreAway, Self::Lost, Self::Damaged];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restoring => "restoring",
            Self::Ready => "ready",
            Self::StoreAway => "store_away",
            Self::Lost => "lost",
            Self::Damaged => "damaged",
        }
    }
}

/// Shared by everybody who talks to the sandbox.
pub struct SandboxGate {
    actor: RwLock<Option<Addr<SandboxActor>>>,
    state: AtomicU8,
    answer_timeout: Duration,
    takes_orders: AtomicBool,
    /// Requests that wait for the sandbox.
    pub queue: Queue,
}

impl SandboxGate {
    pub fn new(answer_timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            actor: RwLock::new(None),
            state: AtomicU8::new(0),
            answer_timeout,
            takes_orders: AtomicBool::new(true),
            queue: Queue::default(),
        })
    }

    /// Whether new orders, and changes of open ones, are taken. Cancels are in any case.
    pub fn takes_orders(&self) -> bool {
        self.takes_orders.load(Ordering::Relaxed)
    }

    pub fn set_takes_orders(&self, takes: bool) {
        self.takes_orders.store(takes, Ordering::Relaxed);
    }

    pub fn set_actor(&self, addr: Addr<SandboxActor>) {
        *self.actor.write() = Some(addr);
    }

    pub fn is_alive(&self) -> bool {
        self.actor.read().as_ref().is_some_and(Addr::connected)
    }

    pub fn actor(&self) -> Option<Addr<SandboxActor>> {
        self.actor.read().clone()
    }

    pub fn state(&self) -> SandboxState {
        let state = self.state.load(Ordering::Acquire);
        SandboxState::ALL.get(usize::from(state)).copied().unwrap_or(SandboxState::Restoring)
    }

    pub(super) fn set_state(&self, state: SandboxState) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// Why nothing can be asked now.
    pub(super) fn closed(state: SandboxState) -> Option<Refused> {
        let message = match state {
            SandboxState::Ready => return None,
            SandboxState::Restoring => "the sandbox is starting",
            SandboxState::StoreAway => "the store is away, and nothing is done that it does not keep",
            SandboxState::Lost => "another process runs the sandbox of this store",
            SandboxState::Damaged => "the sandbox's journal cannot be read; the log says why",
        };
        Some((ErrorCode::STORE_UNAVAILABLE, message.to_owned()))
    }

    /// Has something done, for a user, once for each of the keys.
    pub async fn submit(
        &self,
        user: UserNo,
        (account, once): (Option<String>, Vec<OnceKey>),
        work: impl FnOnce(&mut Floor, UserNo) -> Result<Done, Refused> + Send + 'static,
    ) -> Result<Answer, Refused> {
        let (reply, answer) = oneshot::channel();
        let span = current_hop().and_then(|hop| hop.begin("sandbox.submit"));
        let hop = span.as_ref().map(OpenSpan::hop);
        self.send(Submit { user, account, once, work: Box::new(work), reply, hop })?;
        match tokio::time::timeout(self.answer_timeout, answer).await {
            Ok(Ok(answer)) => answer,
            // It may have been carried out, and it may not.
            Ok(Err(_)) | Err(_) => Err(unknown_outcome()),
        }
    }

    /// Answers a question about the state as it is on the disk.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Floor) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (reply, answer) = oneshot::channel();
        let question = Box::new(move |floor: &mut Floor| -> Box<dyn FnOnce(Option<Refused>) + Send> {
            let found = question(floor);
            Box::new(move |refused: Option<Refused>| {
                // Who asked may have gone.
                let _ = reply.send(refused.map_or(Ok(found), Err));
            })
        });
        self.send(Ask { question })?;
        match tokio::time::timeout(self.answer_timeout, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err((ErrorCode::BUSY, "the sandbox starts again, ask again".to_owned())),
            Err(_) => Err((ErrorCode::TIMED_OUT, "the sandbox did not answer in time".to_owned())),
        }
    }

    fn send<M>(&self, message: M) -> Result<(), Refused>
    where
        M: Message<Result = ()> + Send + 'static,
        SandboxActor: Handler<M>,
    {
        if let Some(refused) = Self::closed(self.state()) {
            return Err(refused);
        }
        let actor = self.actor.read().clone();
        let starting = || (ErrorCode::STORE_UNAVAILABLE, "the sandbox is starting".to_owned());
        match actor.ok_or_else(starting)?.try_send(message) {
            Ok(()) => {
                self.queue.sent();
                Ok(())
            }
            Err(SendError::Full(_)) => Err((ErrorCode::BUSY, "the sandbox has too much to do".to_owned())),
            Err(SendError::Closed(_)) => Err(starting()),
        }
    }
}

pub(super) fn unknown_outcome() -> Refused {
    let message = "the answer did not come in time; whether it was carried out is not known, \
                   GET /orders/by-client-id tells";
    (ErrorCode::TIMED_OUT, message.to_owned())
}
