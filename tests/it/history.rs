//! What was, over REST: lists that go on in the store where memory ends, in every format, with both databases.

mod book;
mod candles;
mod events;
mod export;
mod on_its_way;
mod place;
mod trades;
