//! The bus from outside: one contract for memory and Redis.

mod contract;
mod support;
