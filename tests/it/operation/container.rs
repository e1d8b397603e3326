//! The Dockerfile and compose.yaml: linted, held against the repository, and the image's last stage acted out without an engine:
//! its folder is made by the Dockerfile's own command, and its entrypoint and health check run there, as its user, on a root
//! that cannot be written to. That the image builds is not shown here.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use marketd::auth::Policy;
use marketd::config::{Config, Overrides};
use marketd_testkit::wait_until;
use serde_json::Value;

use super::{file, repository};
use crate::support::process::free_port;
use crate::support::{PATIENCE, tool};

/// One instruction: its word, and what follows.
type Instruction = (String, String);

struct Dockerfile(Vec<Instruction>);

impl Dockerfile {
    fn read() -> Self {
        let text = file("Dockerfile");
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
        let instructions = joined.lines().filter_map(|line| line.trim().split_once(' '));
        Self(instructions.map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect())
    }

    fn all<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(held, _)| held == word).map(|(_, rest)| rest.as_str())
    }

    /// The instruction that is there once.
    fn one<'a>(&'a self, word: &'a str) -> &'a str {
        let found: Vec<&str> = self.all(word).collect();
        assert_eq!(found.len(), 1, "{word}: {found:?}");
        found[0]
    }

    /// Those of the last stage.
    fn last(&self) -> Self {
        let from = self.0.iter().rposition(|(word, _)| word == "FROM").expect("a stage");
        Self(self.0[from..].to_vec())
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let pairs = self.all("ENV").flat_map(str::split_whitespace);
        pairs.map(|pair| pair.split_once('=').expect("NAME=value")).map(owned).collect()
    }

    fn health_check(&self) -> Vec<String> {
        let (_, command) = self.one("HEALTHCHECK").split_once("CMD ").expect("a command");
        list(command)
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text} is not in the exec form: {error}"))
}

/// What is read under these variables and nothing else.
fn configured(environment: &BTreeMap<String, String>) -> Config {
    Config::load(environment.clone().into_iter(), &Overrides::default()).expect("keys that exist")
}

#[test]
fn the_dockerfile_pleases_the_linter() {
    let Some(mut hadolint) = tool("MARKETD_TEST_HADOLINT") else { return };
    let output = hadolint.args(["--no-color", "Dockerfile"]).current_dir(repository()).output();
    let output = output.expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_image_is_as_the_repository_has_it() {
    let dockerfile = Dockerfile::read();
    let channel = channel();
    let build = dockerfile.all("FROM").next().expect("a stage");
    assert!(build.starts_with(&format!("rust:{channel}-")), "{build} and rust-toolchain.toml");
    assert_eq!(dockerfile.environment()["RUSTUP_TOOLCHAIN"], channel);
    assert!(file("Cargo.toml").contains("[profile.dist]"));
    let runs: Vec<&str> = dockerfile.all("RUN").collect();
    assert_eq!(runs[0], "cargo build --locked --profile dist --bin marketd");
    let last = dockerfile.last();
    let config = configured(&last.environment());
    assert_eq!(config.http.bind.to_string(), "0.0.0.0:8080");
    assert_eq!(last.one("EXPOSE"), "8080");
    assert_eq!(config.auth_settings().expect("valid").policy, Policy::Closed);
    let defaults = configured(&BTreeMap::new());
    assert_eq!(config.http.bind.port(), defaults.http.bind.port(), "the port that everything names");
    assert_eq!(list(last.one("VOLUME")), [config.data_dir.display().to_string()]);
    assert!(last.one("USER").split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "not root");
    assert_eq!(last.health_check()[0], list(last.one("ENTRYPOINT"))[0]);
}

/// The one line of it that is needed.
fn channel() -> String {
    let text = file("rust-toolchain.toml");
    let line = text.lines().find_map(|line| line.strip_prefix("channel = \"")).expect("a channel");
    line.trim_end_matches('"').to_owned()
}

/// Whether .dockerignore keeps this path out of the build.
fn is_ignored(rules: &str, path: &str) -> bool {
    let rules = rules.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rules.into_iter().any(|rule| match rule.strip_prefix("**/") {
        Some(name) => path.split('/').any(|part| part == name),
        None => path == rule || path.strip_prefix(rule).is_some_and(|rest| rest.starts_with('/')),
    })
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// Files that sources of ours name for the compiler to read, relative to the repository.
fn included(source: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(source).expect("a source");
    let named = ["include_str!(\"", "include_bytes!(\""].into_iter().flat_map(|how| text.split(how).skip(1));
    let folder = source.parent().expect("a folder");
    named.filter_map(|rest| folder.join(rest.split('"').next()?).canonicalize().ok()).collect()
}

/// All members of the workspace, what they include, and what is built into the binary come along.
#[test]
fn everything_that_the_binary_is_built_from_is_sent_to_the_build() {
    let rules = file(".dockerignore");
    let mut sources = Vec::new();
    for folder in
        ["src", "actors", "crates", "config", "migrations", "web/dist", "loadtest/venue", "testdata"]
    {
        files(&repository().join(folder), &mut sources);
    }
    let rust = sources.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let included: Vec<PathBuf> = rust.flat_map(|source| included(source)).collect();
    assert!(included.len() > 5, "{included:?}");
    let root = repository().canonicalize().expect("a folder");
    for source in sources.iter().chain(&included) {
        let source = source.canonicalize().expect("a file");
        let source = source.strip_prefix(&root).expect("ours").display().to_string();
        assert!(!is_ignored(&rules, &source), "{source} is kept from the build by .dockerignore");
    }
    for must in ["Cargo.toml", "Cargo.lock", "loadtest/bare_answer.rs"] {
        assert!(!is_ignored(&rules, must), "{must}");
    }
    for kept in [".git/config", "target/debug/marketd", "data/server.key", "web/node_modules/x/y.js"] {
        assert!(is_ignored(&rules, kept), "{kept} would be sent to the build");
    }
}

/// What reads a compose file as the specification has it, and refuses keys that it does not have.
const READ_COMPOSE: &str = "
import sys
from compose_spec import PyCompose
compose = PyCompose.from_yaml(open(sys.argv[1]).read())
compose.validate()
print(compose.to_json())
";

fn compose() -> Option<Value> {
    let output = tool("MARKETD_TEST_COMPOSE")?
        .args(["-c", READ_COMPOSE, "compose.yaml"])
        .current_dir(repository())
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
}

#[test]
fn compose_names_keys_files_and_ports_that_exist() {
    let Some(compose) = compose() else { return };
    let services = compose["services"].as_object().expect("services");
    let names: Vec<&str> = services.keys().map(String::as_str).collect();
    for wanted in ["grafana", "marketd", "postgres", "prometheus", "redis"] {
        assert!(names.contains(&wanted), "{wanted} is missing: {names:?}");
    }
    for (name, service) in services {
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().expect("a source");
            if source.starts_with("./") {
                assert!(repository().join(source).is_file(), "{name}: {source}");
            } else {
                assert!(compose["volumes"].get(source).is_some(), "{name}: {source} is no volume");
            }
        }
        for port in texts(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port} is open to others");
        }
    }
    let marketd = &services["marketd"];
    assert_eq!(texts(&marketd["ports"]), ["127.0.0.1:8080:8080"]);
    assert_eq!(marketd["read_only"], true);
    let mut environment = Dockerfile::read().last().environment();
    for (name, value) in marketd["environment"].as_object().expect("variables") {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        environment
            .insert(name.clone(), value.replace("${POSTGRES_PASSWORD:?is to be set in .env}", "secret"));
    }
    let config = configured(&environment);
    assert_eq!(config.store_url(), "postgres://marketd:secret@postgres:5432/marketd");
    assert_eq!(config.bus.url, "redis://redis:6379/0");
    assert!(config.http.public_metrics, "Prometheus is another machine there");
    let gateway = &compose["networks"]["inner"]["ipam"]["config"][0]["gateway"];
    assert_eq!(gateway, environment["MARKETD__HTTP__TRUSTED_PROXIES"].as_str(), "whose word is taken");
    let scraped = file("config/monitoring/prometheus.yml");
    assert!(scraped.contains("targets: [\"marketd:8080\"]") && scraped.contains("- alerts.yml"));
    assert!(file("config/monitoring/alerts.yml").contains("job=\"marketd\""));
    assert!(scraped.contains("job_name: marketd"), "what the alerts call it");
    let folder = "/var/lib/grafana/dashboards";
    assert!(file("config/monitoring/grafana/dashboards.yml").contains(&format!("path: {folder}\n")));
    assert!(texts(&services["grafana"]["volumes"]).iter().any(|volume| volume.contains(folder)));
}

/// A root like the image's: what its COPY brings, and the C library.
struct Root {
    folder: tempfile::TempDir,
    /// The files under it cannot be unmounted before these.
    volume: PathBuf,
}

fn run(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

impl Root {
    /// `None`, and a sentence, where nobody may mount anything.
    fn of(dockerfile: &Dockerfile) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().display().to_string();
        if !run("mount", &["-t", "tmpfs", "-o", "mode=0755,size=1g", "tmpfs", &path]) {
            println!("a root cannot be mounted (that takes root), so the image is not acted out.");
            return None;
        }
        let last = dockerfile.last();
        let volume = folder.path().join(list(last.one("VOLUME"))[0].trim_start_matches('/'));
        let root = Self { folder, volume };
        let binary = env!("CARGO_BIN_EXE_marketd");
        // The command that makes the folder of the image, with the binary under test and into our folder.
        let install = dockerfile.all("RUN").find(|run| run.starts_with("install ")).expect("an install");
        assert_eq!(last.one("COPY"), "--from=build /image /");
        let install = install.replace("target/dist/marketd", binary).replace("/image", &path);
        assert!(run("sh", &["-e", "-c", &install]), "{install}");
        let linked = Command::new("ldd").arg(binary).output().expect("ldd");
        for library in
            String::from_utf8_lossy(&linked.stdout).split_whitespace().filter(|word| word.starts_with('/'))
        {
            let place = format!("{path}{library}");
            std::fs::create_dir_all(Path::new(&place).parent().expect("a folder")).expect("made");
            std::fs::copy(library, &place).expect("a library");
        }
        // A volume that is new has what the image has in its place: whose it is.
        let made = std::fs::metadata(&root.volume).expect("the folder of the volume");
        let options = format!("mode={:o},uid={},gid={}", made.mode() & 0o7777, made.uid(), made.gid());
        assert!(run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs", &root.volume.display().to_string()]));
        assert!(run("mount", &["-o", "remount,ro", &path]), "the root can be written to");
        Some(root)
    }

    /// A command in it, as the image's user and with its variables, on another port.
    fn command(&self, dockerfile: &Dockerfile, port: u16, words: &[String]) -> Command {
        let last = dockerfile.last();
        let mut command = Command::new("chroot");
        command
            .arg(format!("--userspec={}", last.one("USER")))
            .arg(self.folder.path())
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .envs(last.environment())
            .env("GATEWAY_PORT", port.to_string())
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let folders = [self.volume.display().to_string(), self.folder.path().display().to_string()];
        for folder in folders {
            run("umount", &["-l", &folder]);
        }
    }
}

/// Killed when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn the_last_stage_runs_as_its_user_on_a_root_that_is_read_only() {
    let dockerfile = Dockerfile::read();
    let Some(root) = Root::of(&dockerfile) else { return };
    let port = free_port();
    let health = dockerfile.last().health_check();
    let asked = || root.command(&dockerfile, port, &health).output().expect("it runs").status.code();
    assert_eq!(asked(), Some(1), "nobody is there yet");
    let entrypoint = list(dockerfile.last().one("ENTRYPOINT"));
    let log = tempfile::NamedTempFile::new().expect("a file");
    let mut server = root.command(&dockerfile, port, &entrypoint);
    server.stdout(Stdio::null()).stderr(log.reopen().expect("a file"));
    let mut server = Running(server.spawn().expect("it starts"));
    wait_until(PATIENCE, "health", async || {
        assert!(
            server.0.try_wait().expect("a child").is_none(),
            "{}",
            std::fs::read_to_string(log.path()).expect("a log")
        );
        asked() == Some(0)
    })
    .await;
    let ready: Vec<String> = health.iter().cloned().chain(["--ready".to_owned()]).collect();
    wait_until(PATIENCE, "readiness", async || {
        root.command(&dockerfile, port, &ready).output().expect("it runs").status.success()
    })
    .await;
    let pid = server.0.id();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let uid = dockerfile.last().one("USER").split(':').next().expect("a user").to_owned();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:")).expect("ids");
    assert!(ids.split_whitespace().all(|id| id == uid), "{ids}");
    let key = std::fs::metadata(root.volume.join("server.key")).expect("the server's secret");
    assert_eq!((key.mode() & 0o777, key.uid().to_string()), (0o600, uid));
    assert!(root.volume.join("marketd.db").is_file());
    assert!(run("kill", &["-TERM", &pid.to_string()]));
    let mut code = None;
    wait_until(PATIENCE, "the end", async || {
        code = server.0.try_wait().expect("a child");
        code.is_some()
    })
    .await;
    assert_eq!(code.and_then(|code| code.code()), Some(0));
}
