//! The request that this thread is at work for: where its log lines take their trace id from, and its parts their hop.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use pin_project_lite::pin_project;

use super::{Hop, TraceId};

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
}

/// Whose work is done.
#[derive(Debug, Clone)]
pub struct Context {
    pub id: TraceId,
    /// Where its trace is, if it is traced.
    pub hop: Option<Hop>,
}

/// Its id; `None` outside of requests.
pub fn current_id() -> Option<TraceId> {
    // The log asks at any time, also when a thread is ending.
    CURRENT.try_with(|current| current.borrow().as_ref().map(|context| context.id)).ok().flatten()
}

pub fn current_hop() -> Option<Hop> {
    CURRENT.with_borrow(|current| current.as_ref().and_then(|context| context.hop.clone()))
}

/// Until this is dropped the thread works for that request; then for whom it did before.
#[derive(Debug)]
pub struct Entered<'a> {
    place: &'a mut Option<Context>,
}

/// Lends the thread a context, which is back in its place afterwards.
pub fn enter(place: &mut Option<Context>) -> Entered<'_> {
    CURRENT.with_borrow_mut(|current| std::mem::swap(current, place));
    Entered { place }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| std::mem::swap(current, self.place));
    }
}

pin_project! {
    /// Work for a request, on whatever thread and in whatever pieces it is done.
    #[derive(Debug)]
    pub struct Carried<F> {
        context: Option<Context>,
        #[pin]
        work: F,
    }
}

impl<F> Carried<F> {
    pub const fn new(context: Option<Context>, work: F) -> Self {
        Self { context, work }
    }
}

/// Has work that goes on by itself done for the request that this thread works for now.
pub fn carried<F: Future>(work: F) -> Carried<F> {
    Carried::new(CURRENT.with_borrow(Clone::clone), work)
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<F::Output> {
        let carried = self.project();
        let _entered = enter(carried.context);
        carried.work.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traces::Traces;

    fn context(id: &str) -> Option<Context> {
        Some(Traces::default().request(TraceId::plain(id.as_bytes()), None))
    }

    fn current() -> Option<String> {
        current_id().map(|id| id.as_str().to_owned())
    }

    #[test]
    fn contexts_are_nested_and_left_also_by_a_panic() {
        let (mut outer, mut inner) = (context("outer"), context("inner"));
        {
            let _outer = enter(&mut outer);
            let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _inner = enter(&mut inner);
                assert_eq!(current().as_deref(), Some("inner"));
                panic!("on purpose");
            }));
            assert!(broken.is_err());
            assert_eq!(current().as_deref(), Some("outer"));
        }
        assert_eq!(current(), None);
        assert!(outer.is_some() && inner.is_some(), "they are back in their places");
    }

    #[tokio::test]
    async fn work_keeps_its_context_between_its_pieces() {
        let work = async {
            assert_eq!(current().as_deref(), Some("a"));
            tokio::task::yield_now().await;
            assert_eq!(current().as_deref(), Some("a"));
            carried(async { current() }).await
        };
        let (inside, between) = tokio::join!(Carried::new(context("a"), work), async {
            (current(), tokio::task::yield_now().await).0
        });
        assert_eq!((inside.as_deref(), between), (Some("a"), None));
    }
}
