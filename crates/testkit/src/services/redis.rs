//! A private Redis server.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};

use super::leash::{Leash, PORTS_TRIED, Server, Started, free_port, make_folder, on_path};

const HOW_TO_GET_IT: &str = "Redis was not found: install it (Debian and Ubuntu: apt-get install redis-server; macOS: brew \
     install redis), or Valkey in its place";

/// A server on a free port of the loopback address that keeps nothing by itself. Ends with this value, or with this
/// process.
pub struct Redis {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    /// `None` while it is down.
    leash: Option<Leash>,
}

impl Redis {
    pub fn start() -> anyhow::Result<Self> {
        let program = find_program().context(HOW_TO_GET_IT)?;
        let folder = make_folder(&std::env::temp_dir(), "marketd-redis-", None)?;
        let mut server = Self { program, folder, port: 0, leash: None };
        for _ in 0..PORTS_TRIED {
            server.port = free_port()?;
            if server.launch()? {
                return Ok(server);
            }
        }
        bail!("no free port for Redis among {PORTS_TRIED}")
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills the server, as a crash would. What `SAVE` has written stays.
    pub fn crash(&mut self) {
        if let Some(leash) = self.leash.take() {
            leash.end("crash");
        }
    }

    /// Starts the server again, on the same port: with what was last saved, or empty.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        ensure!(self.launch()?, "port {} was taken while Redis was down", self.port);
        Ok(())
    }

    /// Has the server stand still (SIGSTOP): the kernel goes on taking connections and bytes for it.
    pub fn pause(&mut self) {
        if let Some(leash) = &mut self.leash {
            leash.say("pause");
        }
    }

    pub fn resume(&mut self) {
        if let Some(leash) = &mut self.leash {
            leash.say("resume");
        }
    }

    fn launch(&mut self) -> anyhow::Result<bool> {
        let arguments =
            format!("--port {} --bind 127.0.0.1 --appendonly no --daemonize no --save", self.port);
        let started = Leash::start(&Server {
            program: &self.program,
            arguments: arguments.split(' ').chain([""]).map(str::to_owned).collect(),
            folder: &self.folder,
            user: None,
            signal: "KILL",
            ready: "eady to accept connections",
            port_taken: "Failed listening on port",
        })?;
        match started {
            Started::Ready(leash) => self.leash = Some(leash),
            Started::PortTaken => return Ok(false),
        }
        Ok(true)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // A server that is down has no shell that would remove its folder.
        if self.leash.is_none() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn find_program() -> Option<PathBuf> {
    ["redis-server", "valkey-server"].into_iter().find_map(|name| Some(on_path(name)?.join(name)))
}
