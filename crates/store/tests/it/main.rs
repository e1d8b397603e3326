//! The store from outside: both databases by one contract, what happens when they are away, and the spool.

#[macro_use]
mod contract;
mod faults;
mod history;
mod identity;
mod order_history;
mod sandbox;
mod schema;
mod spool;
mod support;
mod torn;
