//! Whole-server tests: a real server on a free port, one file per resource and per misbehaviour.

mod support;

mod attack;
mod bad_input;
mod bus;
mod catchup;
mod churn;
mod client_faults;
mod clients;
mod conformance;
mod documents;
mod drain;
mod drain_crowd;
mod face;
mod feed_faults;
mod feed_gap;
mod forms;
mod frames;
mod history;
mod identity;
mod keeper;
mod limits;
mod log;
mod metrics;
mod odd_requests;
mod operation;
mod page;
mod reconnect_storm;
mod record;
mod replay_control;
mod rest;
mod resume;
mod sandbox;
mod schemathesis;
mod scripted_venue;

mod seed;
mod sessions;
mod slow_client;
mod slow_readers;
mod stalled_clients;
mod store;
mod traces;
mod venues_live;
