//! The bus from outside: one contract for memory and Redis, several nodes on one Redis, and what happens when it is
//! away or full of nonsense.

mod contract;
mod faults;
mod nodes;
mod nonsense;
mod support;
