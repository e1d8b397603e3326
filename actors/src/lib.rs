//! Actors: thin shells around the pure code below, one file each.
//!
//! `market` owns a book and encodes its frames once; `hub`, one per HTTP worker, keeps the rings of
//! those frames; `session` is one WebSocket client; `feed`, `replay` and `sim` bring the updates;
//! `writer`, one per family of rows, and the `drain` bring them to the store. `keeper` restarts what died. The `board` is what REST reads without asking an actor.

pub mod board;
pub mod clock;
pub mod connection;
pub mod drain;
pub mod face_names;
pub mod feed;
pub mod hub;
pub mod inbox;
pub mod keeper;
pub mod lag;
pub mod market;
pub mod metrics;
pub mod past;
pub mod peers;
pub mod recorder;
pub mod relay;
pub mod replay;
pub mod ring;
pub mod sandbox;
pub mod session;
pub mod sim;
pub mod sink;
pub mod storage;
pub mod streams;
pub mod traces;
pub mod windows;
pub mod writer;
