//! `devsvc run -- <command>`: runs a command, tests as a rule, with a Postgres and a Redis that end with it.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use marketd_testkit::services::{Durability, POSTGRES_VARIABLE, Postgres, REDIS_VARIABLE, Redis};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [run, dashes, program, arguments @ ..] if run == "run" && dashes == "--" => {
            run_with_services(program, arguments).unwrap_or_else(|error| {
                eprintln!("devsvc: {error:#}");
                ExitCode::FAILURE
            })
        }
        _ => {
            eprintln!("usage: devsvc run -- <command> [arguments]");
            ExitCode::from(2)
        }
    }
}

fn run_with_services(program: &OsStr, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let mut command = Command::new(program);
    command.args(arguments);
    // Both live until the command has ended.
    let postgres = of_service(Postgres::start(Durability::None))?;
    if let Some(postgres) = &postgres {
        command.env(POSTGRES_VARIABLE, postgres.url());
    }
    let redis = of_service(Redis::start())?;
    if let Some(redis) = &redis {
        command.env(REDIS_VARIABLE, redis.url());
    }
    let status = command.status()?;
    // A command that a signal has ended has no code.
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

/// Without a service its tests are skipped; where `CI` is set that is a failure, here as there.
fn of_service<T>(started: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
    match started {
        Ok(service) => Ok(Some(service)),
        Err(error) if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) => Err(error),
        Err(error) => {
            eprintln!("devsvc: {error:#}");
            Ok(None)
        }
    }
}
