//! What goes on when its client hangs up.
//!
//! The future of a request is dropped with its connection. What changes something must not end there: half of it may be
//! done, and the audit has to have it. So what is left of it becomes a task of its own then, and only then: while the client is there
//! it is a part of the connection's task, which ends requests whose body breaks off in the order that HTTP asks for.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use marketd_actors::traces::carried;

/// The future panicked.
#[derive(Debug)]
pub struct BrokeDown;

/// A future that is carried out to its end once it has begun.
pub struct Outliving<T: 'static>(Option<LocalBoxFuture<'static, Result<T, BrokeDown>>>);

impl<T> Outliving<T> {
    pub fn new(work: impl Future<Output = T> + 'static) -> Self {
        let caught = AssertUnwindSafe(carried(work)).catch_unwind();
        Self(Some(Box::pin(async move { caught.await.map_err(|_| BrokeDown) })))
    }
}

impl<T> Future for Outliving<T> {
    type Output = Result<T, BrokeDown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T> Drop for Outliving<T> {
    fn drop(&mut self) {
        let Some(rest) = self.0.take() else { return };
        // Fails where the thread itself is coming to its end, and everything on it.
        let _ = catch_unwind(AssertUnwindSafe(|| actix_web::rt::spawn(async move { drop(rest.await) })));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// Work of two steps, and how many of them are done.
    fn work() -> (Rc<Cell<u32>>, Outliving<u32>) {
        let steps = Rc::new(Cell::new(0));
        let done = steps.clone();
        let work = Outliving::new(async move {
            for _ in 0..2 {
                done.set(done.get() + 1);
                actix_web::rt::task::yield_now().await;
            }
            done.get()
        });
        (steps, work)
    }

    #[actix_web::test]
    async fn it_is_a_part_of_who_waits_for_it() {
        let (steps, work) = work();
        actix_web::rt::task::yield_now().await;
        assert_eq!(steps.get(), 0, "it does nothing by itself");
        assert_eq!(work.await.ok(), Some(2));
    }

    #[actix_web::test]
    async fn it_goes_on_without() {
        let (steps, mut work) = work();
        assert!((&mut work).now_or_never().is_none());
        drop(work);
        while steps.get() < 2 {
            actix_web::rt::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn a_panic_is_its_own() {
        let broken = Outliving::new(async { panic!("on request") });
        assert!(matches!(broken.await, Err::<(), _>(BrokeDown)));
    }
}
