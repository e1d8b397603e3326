//! What was, over REST: lists that go on in the store where memory ends, in every format, with both databases.

mod candles;
mod place;
mod trades;
