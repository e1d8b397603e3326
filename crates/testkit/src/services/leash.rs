//! A server that cannot outlive us.
//!
//! A shell starts the server and reads from a pipe whose other end is ours. When that is closed, because we let go, or
//! ended, or were killed, the shell ends the server and removes its folder. The kernel's parent-death signal would do
//! the first half only, on Linux only, and depends on the thread that started the server.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Reads one word: `stop` ends the server and keeps its folder, `crash` kills it and keeps the folder, nothing ends it
/// and removes the folder.
const SHELL: &str = r#"
signal=$1; folder=$2; shift 2
"$@" </dev/null &
server=$!
read -r word
[ "$word" = crash ] && signal=KILL
kill -"$signal" "$server" 2>/dev/null
wait "$server"
[ -n "$word" ] || rm -rf "$folder"
"#;

/// Who a server runs as; `None` is who we are.
pub(super) type User = Option<(u32, u32)>;

pub(super) struct Leash {
    shell: Child,
    pipe: Option<ChildStdin>,
}

/// What to start, and how to tell from its log that it has started or will not.
pub(super) struct Server<'a> {
    pub program: &'a Path,
    pub arguments: Vec<String>,
    pub folder: &'a Path,
    pub user: User,
    /// The signal that ends it at once.
    pub signal: &'static str,
    pub ready: &'static str,
    pub port_taken: &'static str,
}

/// A loaded machine takes its time.
const START_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) enum Started {
    Ready(Leash),
    PortTaken,
}

impl Leash {
    pub(super) fn start(server: &Server<'_>) -> anyhow::Result<Started> {
        let log = server.folder.join("log");
        let mut output = File::options().create(true).append(true).open(&log)?;
        let before = output.seek(SeekFrom::End(0))?;
        let mut command = Command::new("sh");
        command
            .args(["-c", SHELL, "leash", server.signal])
            .arg(server.folder)
            .arg(server.program)
            .args(&server.arguments)
            .current_dir(server.folder)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C in a terminal is for us; the server ends when we do.
            .process_group(0);
        as_user(&mut command, server.user);
        let mut shell = command.spawn().context("sh could not be started")?;
        let pipe = shell.stdin.take();
        let leash = Self { shell, pipe };
        let began = Instant::now();
        while began.elapsed() < START_TIMEOUT {
            let said = read_from(&log, before)?;
            if said.contains(server.ready) {
                return Ok(Started::Ready(leash));
            }
            if said.contains(server.port_taken) {
                leash.end("stop");
                return Ok(Started::PortTaken);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let said = read_from(&log, before)?;
        bail!("{} was not ready within {START_TIMEOUT:?}; it said: {said}", server.program.display());
    }

    /// Ends the server and keeps its folder. `word` says how, see [`SHELL`].
    pub(super) fn end(mut self, word: &str) {
        if let Some(pipe) = &mut self.pipe {
            // A shell that is gone has taken its server with it.
            let _ = pipe.write_all(format!("{word}\n").as_bytes());
        }
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.shell.wait();
    }
}

fn read_from(path: &Path, offset: u64) -> anyhow::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

pub(super) fn as_user(command: &mut Command, user: User) {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
}

/// A folder of its own for a server; the shell removes it.
pub(super) fn make_folder(parent: &Path, prefix: &str, user: User) -> anyhow::Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(parent)?.keep();
    if let Some((uid, gid)) = user {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid))?;
    }
    Ok(folder)
}

/// A port that is free at this moment: somebody may be faster, so a start on it may fail.
pub(super) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Ports to try before giving up.
pub(super) const PORTS_TRIED: usize = 5;

/// The folders of `PATH` that hold this program.
pub(super) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).find(|folder| is_program(&folder.join(program)))
}

pub(super) fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file())
}

pub(super) fn name_of(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}
