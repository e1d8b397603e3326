//! Faces: other systems' protocols over the same markets, for clients that speak nothing else.

pub mod binance;
