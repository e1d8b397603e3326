//! The face of Binance Spot: unmodified clients of it, and what they cannot be seen to rely on.

mod clients;
mod streams;
mod weights;
