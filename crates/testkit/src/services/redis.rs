//! A private Redis server.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::leash::{Leash, PORTS_TRIED, Server, Started, free_port, make_folder, on_path};

const HOW_TO_GET_IT: &str = "Redis was not found: install it (Debian and Ubuntu: apt-get install redis-server; macOS: brew \
     install redis), or Valkey in its place";

/// A server on a free port of the loopback address that keeps nothing. Ends with this value, or with this process.
pub struct Redis {
    port: u16,
    _leash: Leash,
}

impl Redis {
    pub fn start() -> anyhow::Result<Self> {
        let program = find_program().context(HOW_TO_GET_IT)?;
        let folder = make_folder(&std::env::temp_dir(), "marketd-redis-", None)?;
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            let arguments = format!("--port {port} --bind 127.0.0.1 --appendonly no --daemonize no --save");
            let started = Leash::start(&Server {
                program: &program,
                arguments: arguments.split(' ').chain([""]).map(str::to_owned).collect(),
                folder: &folder,
                user: None,
                signal: "KILL",
                ready: "eady to accept connections",
                port_taken: "Failed listening on port",
            })?;
            if let Started::Ready(leash) = started {
                return Ok(Self { port, _leash: leash });
            }
        }
        bail!("no free port for Redis among {PORTS_TRIED}")
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

fn find_program() -> Option<PathBuf> {
    ["redis-server", "valkey-server"].into_iter().find_map(|name| Some(on_path(name)?.join(name)))
}
