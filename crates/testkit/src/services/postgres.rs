//! A private Postgres server.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use super::leash::{
    Leash, PORTS_TRIED, Server, Started, User, as_user, free_port, is_program, make_folder, name_of, on_path,
};

/// The folder of Postgres' programs, where it is none of the usual ones.
const BIN_VARIABLE: &str = "MARKETD_PG_BIN";

const HOW_TO_GET_IT: &str = "PostgreSQL was not found: install it (Debian and Ubuntu: apt-get install postgresql; macOS: \
     brew install postgresql) or set MARKETD_PG_BIN to the folder of its programs";

/// Whether data must survive the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// For tests: nothing waits for the disk.
    None,
    /// For measurements: as installed.
    Full,
}

/// A server on a free port of the loopback address, with its data in a temporary folder. Ends with this value, or with
/// this process.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    user: User,
    durability: Durability,
    port: u16,
    leash: Option<Leash>,
}

impl Postgres {
    pub fn start(durability: Durability) -> anyhow::Result<Self> {
        Self::start_below(&std::env::temp_dir(), durability)
    }

    /// With its data in a folder below this one.
    pub fn start_below(parent: &Path, durability: Durability) -> anyhow::Result<Self> {
        let programs = find_programs()?;
        let user = unprivileged_user()?;
        let folder = make_folder(parent, "marketd-pg-", user)?;
        init(&programs, &folder, user)?;
        let mut server = Self { programs, folder, user, durability, port: 0, leash: None };
        for _ in 0..PORTS_TRIED {
            server.port = free_port()?;
            if server.launch()? {
                return Ok(server);
            }
        }
        bail!("no free port for PostgreSQL among {PORTS_TRIED}")
    }

    /// Of the maintenance database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Stops all processes of the server where they are. They hold their connections and locks, and say nothing.
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.signal_all("-STOP")
    }

    /// They go on as if nothing had been.
    pub fn thaw(&self) -> anyhow::Result<()> {
        self.signal_all("-CONT")
    }

    fn signal_all(&self, signal: &str) -> anyhow::Result<()> {
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let server = text.lines().next().context("the server's number")?.to_owned();
        // The parent first, so that it starts no others.
        let listed = Command::new("ps").args(["-o", "pid=", "--ppid", &server]).output()?;
        let children = String::from_utf8_lossy(&listed.stdout).into_owned();
        for process in std::iter::once(server.as_str()).chain(children.split_whitespace()) {
            // A backend may have ended meanwhile.
            let _ = Command::new("kill").args([signal, process]).status()?;
        }
        Ok(())
    }

    /// Kills the server, as a crash would. Its data stays.
    pub fn crash(&mut self) {
        if let Some(leash) = self.leash.take() {
            leash.end("crash");
        }
    }

    /// Starts the server again, on the same port and data.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        ensure!(self.launch()?, "port {} was taken while PostgreSQL was down", self.port);
        Ok(())
    }

    fn launch(&mut self) -> anyhow::Result<bool> {
        let data = self.folder.join("data").to_string_lossy().into_owned();
        let port = self.port.to_string();
        let mut arguments = vec!["-D", &data, "-p", &port, "-h", "127.0.0.1", "-k", ""];
        arguments.extend(["-c", "max_connections=200"]);
        arguments.extend(match self.durability {
            Durability::None => ["-F", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB"],
            // What any installation of this purpose would set.
            Durability::Full => ["-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB", "-N200"],
        });
        let program = self.programs.join("postgres");
        let started = Leash::start(&Server {
            program: &program,
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            folder: &self.folder,
            user: self.user,
            signal: "QUIT",
            ready: "database system is ready to accept connections",
            port_taken: "could not create any TCP/IP sockets",
        })?;
        match started {
            Started::Ready(leash) => self.leash = Some(leash),
            Started::PortTaken => return Ok(false),
        }
        Ok(true)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // One that is frozen would not end.
        let _ = self.leash.is_some().then(|| self.thaw());
        // A server that is down has no shell that would remove its folder.
        if self.leash.is_none() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn find_programs() -> anyhow::Result<PathBuf> {
    let is_complete =
        |folder: &Path| is_program(&folder.join("initdb")) && is_program(&folder.join("postgres"));
    if let Some(named) = std::env::var_os(BIN_VARIABLE).filter(|value| !value.is_empty()) {
        let folder = PathBuf::from(named);
        ensure!(is_complete(&folder), "{BIN_VARIABLE} is {}, without initdb or postgres", folder.display());
        return Ok(folder);
    }
    on_path("initdb")
        .into_iter()
        .chain(versioned("/usr/lib/postgresql", ""))
        .chain(versioned("/opt/homebrew/opt", "postgresql"))
        .chain(versioned("/usr/local/opt", "postgresql"))
        .chain([PathBuf::from("/usr/local/pgsql/bin")])
        .find(|folder| is_complete(folder))
        .context(HOW_TO_GET_IT)
}

/// `bin` below the folders that are named by a version, newest first.
fn versioned(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut folders: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let path = entry.path();
            let version = name_of(&path).to_str()?.strip_prefix(prefix)?.trim_start_matches('@').to_owned();
            Some((version.parse().unwrap_or(0), path.join("bin")))
        })
        .collect();
    folders.sort();
    folders.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// Postgres refuses to run as root: then it runs as its own user, or as nobody.
fn unprivileged_user() -> anyhow::Result<User> {
    const NOBODY: (u32, u32) = (65_534, 65_534);
    // Whose files we make is who we are.
    let is_root = tempfile::tempfile()?.metadata()?.uid() == 0;
    if !is_root {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let postgres = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    Ok(Some(postgres.unwrap_or(NOBODY)))
}

fn init(programs: &Path, folder: &Path, user: User) -> anyhow::Result<()> {
    let mut command = Command::new(programs.join("initdb"));
    command
        .args([
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "--no-instructions",
            "--locale=C",
            "-E",
            "UTF8",
        ])
        .arg("-D")
        .arg(folder.join("data"))
        .current_dir(folder);
    as_user(&mut command, user);
    let output = command.output().context("initdb could not be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "initdb failed: {said}");
    Ok(())
}
