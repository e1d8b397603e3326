//! The conversation with a client of Binance's streams.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_protocol::Form;
use marketd_protocol::binance::control::{self, Control, ControlError, ParsedControl};
use marketd_protocol::binance::{FaceStream, NamedStream};

use super::outlet::Outlet;
use super::{Ctx, Session};
use crate::board::{Board, MarketEntry};

/// How often to look whether streams that were just opened have begun.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// A market without a book begins no stream of it: the answer comes all the same.
const PATIENCE: Duration = Duration::from_secs(5);

/// The markets and streams that a name stands for: none when nothing is called so, which is no mistake.
pub fn streams_named(board: &Board, name: &str) -> Vec<(Arc<MarketEntry>, FaceStream)> {
    let Some(NamedStream { symbol, stream }) = NamedStream::parse(name) else { return Vec::new() };
    match symbol {
        Some(symbol) => board.symbol(&symbol).map(|entry| (entry, stream)).into_iter().collect(),
        None => {
            let shown = board.markets().into_iter().filter(|entry| entry.symbol.is_some());
            shown.map(|entry| (entry, stream)).collect()
        }
    }
}

/// A refusal that belongs to no request.
pub(super) fn push_refusal(message: &str, out: &mut Vec<u8>) {
    control::push_error(
        out,
        "null",
        &ControlError { code: 2, message: format!("Invalid request: {message}") },
    );
}

impl Session {
    /// The streams that the connection was opened with.
    pub(super) fn follow_first(&mut self, ctx: &Ctx) {
        for name in std::mem::take(&mut self.names) {
            self.follow_stream(name, ctx);
        }
    }

    fn follow_stream(&mut self, name: String, ctx: &Ctx) {
        if self.names.contains(&name) {
            return;
        }
        // Names of streams have an @, other names may stand for something else.
        if let Some(listen) = self.listen.as_ref().filter(|_| !name.contains('@'))
            && let Some(listening) = listen(&name, self.door(ctx))
        {
            self.listening.push((name.clone(), listening));
        }
        for (entry, stream) in streams_named(&self.hub.board, &name) {
            Outlet::follow(&self.outlet, &entry, stream);
        }
        self.names.push(name);
    }

    fn unfollow_stream(&mut self, name: &str) {
        let before = self.names.len();
        self.names.retain(|held| held != name);
        if self.names.len() == before {
            return;
        }
        self.listening.retain(|(held, _)| held != name);
        for (entry, stream) in streams_named(&self.hub.board, name) {
            self.outlet.unfollow(entry.no, stream);
        }
    }

    pub(super) fn on_control(&mut self, text: &str, ctx: &mut Ctx) {
        let ParsedControl { id, control } = control::parse(text);
        match control {
            Err(error) => self.refuse_control(&id, &error, ctx),
            Ok(Control::Subscribe(names)) => {
                if self.names.len() + names.len() > self.limits.subscriptions {
                    let message = format!(
                        "Invalid request: a connection has at most {} streams",
                        self.limits.subscriptions
                    );
                    return self.refuse_control(&id, &ControlError { code: 2, message }, ctx);
                }
                for name in names {
                    self.follow_stream(name, ctx);
                }
                self.answer_when_settled(id, Instant::now(), ctx);
            }
            Ok(Control::Unsubscribe(names)) => {
                for name in names {
                    self.unfollow_stream(&name);
                }
                control::push_done(&mut self.reply, &id);
                self.send_reply(ctx);
            }
            Ok(Control::List) => {
                control::push_names(&mut self.reply, &id, self.names.iter().map(String::as_str));
                self.send_reply(ctx);
            }
            Ok(Control::GetCombined) => {
                let is_combined = matches!(self.outlet.form(), Form::Binance(dialect) if dialect.is_combined);
                control::push_flag(&mut self.reply, &id, is_combined);
                self.send_reply(ctx);
            }
            Ok(Control::SetCombined(is_combined)) => {
                let in_micros = matches!(self.outlet.form(), Form::Binance(dialect) if dialect.in_micros);
                self.move_to(id, Form::binance(is_combined, in_micros), Instant::now(), ctx);
            }
        }
    }

    fn refuse_control(&mut self, id: &str, error: &ControlError, ctx: &mut Ctx) {
        crate::metrics::Metrics::add(&self.hub.board.metrics.refused_messages, 1);
        control::push_error(&mut self.reply, id, error);
        self.send_reply(ctx);
        self.count_refusal(ctx);
    }

    fn answer_when_settled(&mut self, id: String, since: Instant, ctx: &mut Ctx) {
        if self.outlet.has_settled() || since.elapsed() > PATIENCE {
            control::push_done(&mut self.reply, &id);
            self.send_reply(ctx);
        } else {
            ctx.run_later(LOOK_AGAIN, move |actor, ctx| actor.answer_when_settled(id, since, ctx));
        }
    }

    fn move_to(&mut self, id: String, form: Form, since: Instant, ctx: &mut Ctx) {
        if Outlet::move_to(&self.outlet, form) || since.elapsed() > PATIENCE {
            control::push_done(&mut self.reply, &id);
            self.send_reply(ctx);
        } else {
            ctx.run_later(LOOK_AGAIN, move |actor, ctx| actor.move_to(id, form, since, ctx));
        }
    }
}
