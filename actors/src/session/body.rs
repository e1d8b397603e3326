//! The response body of a WebSocket session.
//!
//! The HTTP dispatcher polls a body only while the socket can take more. That is the exact moment to
//! pull market data, and the reason why nothing has to be queued for a client. The session actor's own
//! bytes (replies, pongs) go first.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::task::AtomicWaker;

use super::outlet::{Outlet, Pulled};

/// Bytes of market data pulled at once. Half of the dispatcher's write buffer, so that one pull does
/// not overshoot it by much.
const PULL_BUDGET: usize = 16 * 1024;

/// Remembers whether it was the actor that was woken: polling it costs more than pulling a frame.
struct ActorWake {
    woken: AtomicBool,
    body: AtomicWaker,
}

impl Wake for ActorWake {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.body.wake();
    }
}

type ActorBytes = Pin<Box<dyn Stream<Item = Result<Bytes, actix_web::Error>>>>;

pub struct SessionBody {
    actor: ActorBytes,
    wake: Arc<ActorWake>,
    waker: Waker,
    outlet: Rc<Outlet>,
    /// Our close frame is out: nothing may follow it, but the actor still waits for the client's.
    closed: bool,
    /// The actor has ended, and must not be polled again.
    ended: bool,
}

impl SessionBody {
    pub fn new(
        actor: impl Stream<Item = Result<Bytes, actix_web::Error>> + 'static,
        outlet: Rc<Outlet>,
    ) -> Self {
        let wake = Arc::new(ActorWake { woken: AtomicBool::new(true), body: AtomicWaker::new() });
        Self { actor: Box::pin(actor), waker: wake.clone().into(), wake, outlet, closed: false, ended: false }
    }
}

impl Stream for SessionBody {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.wake.body.register(cx.waker());
        if this.ended {
            return Poll::Ready(None);
        }
        while this.wake.woken.swap(false, Ordering::AcqRel) {
            let mut actor_cx = Context::from_waker(&this.waker);
            match this.actor.as_mut().poll_next(&mut actor_cx) {
                Poll::Ready(Some(Ok(bytes))) => {
                    // It may have more: poll it again next time.
                    this.wake.woken.store(true, Ordering::Release);
                    if !this.closed {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => {
                    this.ended = true;
                    // After bytes that are not frames the actor ends at once: its close is still due.
                    return match this.outlet.pull_close() {
                        Some(close) if !this.closed => Poll::Ready(Some(Ok(close))),
                        _ => Poll::Ready(None),
                    };
                }
                Poll::Pending => {}
            }
        }
        if this.closed {
            return Poll::Pending;
        }
        match this.outlet.pull(PULL_BUDGET, cx.waker()) {
            Pulled::Data(bytes) => Poll::Ready(Some(Ok(bytes))),
            Pulled::Close(bytes) => {
                this.closed = true;
                Poll::Ready(Some(Ok(bytes)))
            }
            Pulled::Nothing => Poll::Pending,
        }
    }
}

impl Drop for SessionBody {
    fn drop(&mut self) {
        self.outlet.detach();
    }
}
