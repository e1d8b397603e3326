//! A message that comes in pieces, put together within bounds.

use actix_http::ws::Item;
use bytes::{Bytes, BytesMut};

/// A whole message of a client.
#[derive(Debug, PartialEq, Eq)]
pub enum Whole {
    Text(String),
    Binary(Bytes),
}

/// Why a piece cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceError {
    /// It continues nothing.
    Unexpected,
    TooLarge,
    NotUtf8,
}

#[derive(Debug)]
struct Partial {
    bytes: BytesMut,
    pieces: usize,
    is_text: bool,
    /// So many bytes are known to be UTF-8.
    valid: usize,
}

#[derive(Debug)]
pub struct Assembly {
    bytes_max: usize,
    pieces_max: usize,
    partial: Option<Partial>,
}

impl Assembly {
    pub const fn new(bytes_max: usize, pieces_max: usize) -> Self {
        Self { bytes_max, pieces_max, partial: None }
    }

    /// Adds a piece; answers the message when it was the last one.
    pub fn add(&mut self, item: Item) -> Result<Option<Whole>, PieceError> {
        let start = |is_text| Partial { bytes: BytesMut::new(), pieces: 0, is_text, valid: 0 };
        let (piece, is_last) = match item {
            Item::FirstText(piece) => {
                self.partial = Some(start(true));
                (piece, false)
            }
            Item::FirstBinary(piece) => {
                self.partial = Some(start(false));
                (piece, false)
            }
            Item::Continue(piece) => (piece, false),
            Item::Last(piece) => (piece, true),
        };
        let mut partial = self.partial.take().ok_or(PieceError::Unexpected)?;
        partial.pieces += 1;
        if partial.bytes.len() + piece.len() > self.bytes_max || partial.pieces > self.pieces_max {
            return Err(PieceError::TooLarge);
        }
        partial.bytes.extend_from_slice(&piece);
        if partial.is_text {
            partial.check()?;
        }
        if !is_last {
            self.partial = Some(partial);
            return Ok(None);
        }
        if !partial.is_text {
            return Ok(Some(Whole::Binary(partial.bytes.freeze())));
        }
        // A character that its last piece did not complete is found here.
        let text = String::from_utf8(partial.bytes.into()).map_err(|_| PieceError::NotUtf8)?;
        Ok(Some(Whole::Text(text)))
    }
}

impl Partial {
    /// Looks at what the last piece brought. A character may be cut by pieces, but what can never become
    /// one is refused at once and not when the rest has come.
    fn check(&mut self) -> Result<(), PieceError> {
        let fresh = self.bytes.get(self.valid..).unwrap_or_default();
        match std::str::from_utf8(fresh) {
            Ok(text) => self.valid += text.len(),
            Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
            Err(_) => return Err(PieceError::NotUtf8),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pieces: &[&'static [u8]]) -> Result<Option<Whole>, PieceError> {
        let mut assembly = Assembly::new(8, 3);
        let mut result = Ok(None);
        for (at, piece) in pieces.iter().enumerate() {
            let piece = Bytes::from_static(piece);
            let item = match at {
                0 => Item::FirstText(piece),
                _ if at + 1 == pieces.len() => Item::Last(piece),
                _ => Item::Continue(piece),
            };
            result = assembly.add(item);
            if result.is_err() {
                break;
            }
        }
        result
    }

    #[test]
    fn pieces_make_a_message_within_bounds() {
        let whole = |message: &str| Ok(Some(Whole::Text(message.to_owned())));
        assert_eq!(text(&[b"ab", b"", b"c"]), whole("abc"));
        assert_eq!(text(&[b"1234", b"5678"]), whole("12345678"));
        assert_eq!(text(&[b"1234", b"56789"]), Err(PieceError::TooLarge));
        assert_eq!(text(&[b"", b"", b"", b""]), Err(PieceError::TooLarge), "four pieces of three");
        assert_eq!(text(&[b"\xe2", b"\x82", b"\xac"]), whole("\u{20ac}"), "a character in three pieces");
        assert_eq!(text(&[b"\xe2", b"\x82"]), Err(PieceError::NotUtf8), "a character that does not end");
    }

    #[test]
    fn what_can_never_be_utf8_is_refused_with_the_piece_that_shows_it() {
        let mut assembly = Assembly::new(100, 100);
        assert_eq!(assembly.add(Item::FirstText(Bytes::from_static(b"\xf4"))), Ok(None));
        assert_eq!(assembly.add(Item::Continue(Bytes::from_static(b"\x90"))), Err(PieceError::NotUtf8));
    }

    #[test]
    fn a_piece_of_nothing_is_unexpected() {
        let mut assembly = Assembly::new(100, 100);
        assert_eq!(assembly.add(Item::Continue(Bytes::new())), Err(PieceError::Unexpected));
        assert_eq!(assembly.add(Item::FirstBinary(Bytes::from_static(b"\xff"))), Ok(None));
        let whole = Whole::Binary(Bytes::from_static(b"\xff"));
        assert_eq!(assembly.add(Item::Last(Bytes::new())), Ok(Some(whole)));
        assert_eq!(assembly.add(Item::Last(Bytes::new())), Err(PieceError::Unexpected));
    }
}
