//! Whole-server tests: a real server on a free port, one file per resource and per misbehaviour.

mod support;

mod bad_input;
mod churn;
mod client_faults;
mod clients;
mod conformance;
mod drain;
mod drain_crowd;
mod feed_faults;
mod feed_gap;
mod forms;
mod history;
mod keeper;
mod limits;
mod reconnect_storm;
mod record;
mod replay_control;
mod rest;
mod resume;
mod scripted_venue;
mod slow_client;
mod slow_readers;
mod stalled_clients;
mod store;
mod venues_live;
