//! The response body of a WebSocket session.
//!
//! It never yields a byte: the HTTP dispatcher polls it, which is how the session actor runs, and what
//! the actor says (replies, pongs) goes straight to the connection. While bytes wait for the socket it
//! waits too, and the actor rests; when the socket takes more, the hub's flusher goes on with the
//! market data.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker, ready};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::task::AtomicWaker;

use super::outlet::Outlet;

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
        let connection = this.outlet.connection();
        this.wake.body.register(cx.waker());
        connection.register(cx.waker());
        // The answer to the handshake comes first.
        if !connection.is_open() {
            return Poll::Pending;
        }
        loop {
            if this.ended {
                // What is left of the last bytes is the dispatcher's to flush.
                return Poll::Ready(None);
            }
            while connection.is_blocked() {
                ready!(connection.poll_drain(cx));
            }
            if connection.is_released() {
                this.outlet.schedule();
            }
            let mut is_idle = true;
            if this.wake.woken.swap(false, Ordering::AcqRel) {
                let mut actor_cx = Context::from_waker(&this.waker);
                match this.actor.as_mut().poll_next(&mut actor_cx) {
                    Poll::Ready(Some(Ok(bytes))) => {
                        // It may have more.
                        this.wake.woken.store(true, Ordering::Release);
                        is_idle = false;
                        if !this.closed {
                            connection.send_shared(&bytes);
                        }
                    }
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                    // After bytes that are not frames the actor ends at once: its close is still due.
                    Poll::Ready(None) => (this.ended, is_idle) = (true, false),
                    Poll::Pending => {}
                }
            }
            if !this.closed
                && let Some(close) = this.outlet.pull_close()
            {
                this.closed = true;
                is_idle = false;
                connection.send_shared(&close);
            }
            if is_idle {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for SessionBody {
    fn drop(&mut self) {
        self.outlet.detach();
    }
}
