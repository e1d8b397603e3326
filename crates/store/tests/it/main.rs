//! The store from outside: both databases by one contract, what happens when they are away, and the spool.

mod contract;
mod faults;
mod sandbox;
mod schema;
mod spool;
mod support;
