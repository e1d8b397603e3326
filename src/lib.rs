//! The edge and the composition root of marketd. A library so that the whole-server tests can start
//! the server in their own process.

pub mod app;
pub mod auth;
pub mod config;
pub mod export;
pub mod face;
pub mod feeds;
pub mod healthcheck;
pub mod http;
pub mod lock;
pub mod migrate;
mod password;
pub mod sandbox;
pub mod seed;
pub mod shutdown;
pub mod telemetry;
pub mod users;
pub mod writers;
