//! Takes compression off a client's bytes, before the codec sees them.
//!
//! The codec's reader takes everything that is ready before it looks for one frame. A few bytes can
//! inflate to a whole message, so what waits there would be the client's to choose: here comes one frame
//! at a time, and then a pause in which the reader gives it away.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::{Buf, Bytes};
use futures_util::Stream;
use marketd_protocol::deflate::{Inflate, InflateError, InflateLimits, Inflater};

thread_local! {
    /// Keeps nothing between messages, so a worker needs one.
    static INFLATER: RefCell<Inflater> = RefCell::new(Inflater::new());
}

/// A client's bytes without compression, up to the first that break its rules.
pub struct InflateStream<S> {
    inner: S,
    inflate: Inflate,
    /// Read, but not looked at.
    rest: Bytes,
    is_pausing: bool,
    error: Rc<Cell<Option<InflateError>>>,
}

impl<S> InflateStream<S> {
    /// `error` is set when the bytes end before the client does.
    pub fn new(inner: S, limits: InflateLimits, error: Rc<Cell<Option<InflateError>>>) -> Self {
        Self { inner, inflate: Inflate::new(limits), rest: Bytes::new(), is_pausing: false, error }
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for InflateStream<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if std::mem::take(&mut this.is_pausing) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut out = Vec::new();
        while out.is_empty() {
            if this.error.get().is_some() {
                return Poll::Ready(None);
            }
            if this.rest.is_empty() {
                match Pin::new(&mut this.inner).poll_next(cx) {
                    Poll::Ready(Some(Ok(bytes))) => this.rest = bytes,
                    other => return other,
                }
            }
            let taken =
                INFLATER.with_borrow_mut(|inflater| this.inflate.take(inflater, &this.rest, &mut out));
            match taken {
                Ok(taken) => this.rest.advance(taken),
                Err(error) => this.error.set(Some(error)),
            }
        }
        this.is_pausing = true;
        Poll::Ready(Some(Ok(Bytes::from(out))))
    }
}

#[cfg(test)]
mod tests {
    use actix_http::ws::{OpCode, Parser};
    use bytes::BytesMut;
    use futures_util::{StreamExt, stream, task};
    use marketd_protocol::Encoding;
    use marketd_protocol::deflate::Deflater;

    use super::*;

    const LIMITS: InflateLimits = InflateLimits { message_bytes: 65_536, fragments: 8 };

    /// A client's compressed message of so many equal bytes; its mask changes nothing.
    fn compressed(size: usize) -> Vec<u8> {
        let frame = Deflater::new().frame(Encoding::Msgpack, &vec![b'x'; size]).expect("it shrinks");
        match frame[1] {
            126 => [&[0xc2, 0x80 | 126][..], &frame[2..4], &[0; 4], &frame[4..]].concat(),
            length => [&[0xc2, 0x80 | length][..], &[0; 4], &frame[2..]].concat(),
        }
    }

    type Frames = Vec<(OpCode, Vec<u8>)>;

    /// The codec's reader: takes what is ready, then parses one frame; over and over. Gives the frames, the
    /// most that waited in its buffer, and how the bytes ended.
    fn read(bytes: Vec<u8>) -> (Frames, usize, Option<InflateError>) {
        let error = Rc::new(Cell::new(None));
        let client = stream::iter([Ok(Bytes::from(bytes))]);
        let mut stream = InflateStream::new(client, LIMITS, error.clone());
        let mut cx = Context::from_waker(task::noop_waker_ref());
        let (mut frames, mut buffer, mut most, mut is_over) = (Vec::new(), BytesMut::new(), 0, false);
        loop {
            while !is_over && let Poll::Ready(piece) = stream.poll_next_unpin(&mut cx) {
                match piece {
                    Some(bytes) => buffer.extend_from_slice(&bytes.expect("the client's bytes")),
                    None => is_over = true,
                }
            }
            most = most.max(buffer.len());
            match Parser::parse(&mut buffer, true, LIMITS.message_bytes).expect("frames it knows") {
                Some((_, opcode, payload)) => frames.push((opcode, payload.unwrap_or_default().to_vec())),
                None if is_over => return (frames, most, error.get()),
                None => {}
            }
        }
    }

    #[test]
    fn the_codec_reads_what_was_compressed() {
        let plain = [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];
        let (frames, _, error) = read([&plain[..], &compressed(2_000), &plain].concat());
        let hi = (OpCode::Text, b"hi".to_vec());
        let expected = [hi.clone(), (OpCode::Binary, vec![b'x'; 2_000]), hi];
        assert_eq!((&frames[..], error), (&expected[..], None));
    }

    #[test]
    fn what_came_before_a_fault_is_read() {
        let (frames, _, error) = read([compressed(300), compressed(65_537), compressed(300)].concat());
        assert_eq!((frames.len(), error), (1, Some(InflateError::TooLarge)));
        let (frames, _, error) = read([compressed(300), vec![0xc9, 0x80, 0, 0, 0, 0]].concat());
        assert_eq!(frames.len(), 1);
        assert!(matches!(error, Some(InflateError::Protocol(_))), "{error:?}");
    }

    #[test]
    fn messages_do_not_pile_up_in_front_of_the_codec() {
        let ping = [0x89, 0x80, 0, 0, 0, 0];
        let (frames, most, error) = read([ping.repeat(100), compressed(65_536).repeat(100)].concat());
        assert_eq!((frames.len(), error), (200, None));
        assert!(most <= 65_536 + 14, "{most} bytes waited");
    }
}
