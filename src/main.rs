//! The `marketd` binary.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use marketd::app::Server;
use marketd::auth::KeyFileError;
use marketd::config::{Config, Overrides, environment};
use marketd::http::openapi;
use marketd::lock::LockError;
use marketd::migrate::{self, EXIT_CONFIG, EXIT_FOLDER};
use marketd::{healthcheck, seed, shutdown, telemetry, users};
use marketd_actors::recorder::Recorder;
use marketd_domain::CandleInterval;
use marketd_domain::instrument::{MarketId, Source};
use marketd_store::StoreError;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Real-time market server: true order books over WebSocket and REST.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Clone)]
struct Common {
    /// Profile to load over the defaults: a name (config/NAME.toml) or a path
    #[arg(long, global = true)]
    profile: Option<String>,
    /// Live venue to connect to, instead of playing the built-in recording
    #[arg(long, global = true)]
    venue: Option<String>,
    /// Markets of that venue, BASE-QUOTE, separated by commas
    #[arg(long, global = true, value_delimiter = ',')]
    markets: Vec<String>,
    /// Sets any configuration key
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve markets (the default)
    Serve,
    /// Play recordings: serve them, or print where they end
    Replay {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Recorded pace times this, or "max"
        #[arg(long, default_value = "1")]
        speed: String,
        /// Play as fast as possible and print the end state as JSON
        #[arg(long)]
        summary: bool,
    },
    /// Write what live feeds send to a recording, until interrupted
    Record {
        #[arg(long)]
        out: PathBuf,
        /// Stop after so many seconds
        #[arg(long)]
        seconds: Option<u64>,
    },
    /// Make the store's tables, or bring them up to date, and say what was done
    Migrate,
    /// Fill the store with history: candles from CSV files, trades and candles from recordings
    Seed {
        /// CSV files, recordings, or folders of them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Market of the CSV files, as binance:BTC-USDT; of recordings and folders only this one is taken
        #[arg(long)]
        market: Option<MarketId>,
        /// Interval of the CSV files, where neither their names nor their steps tell
        #[arg(long, value_parser = interval)]
        interval: Option<CandleInterval>,
        /// What the market's data is stored as: live, replay or sim
        #[arg(long, default_value = "live", value_parser = source)]
        source: Source,
        /// Leave bad rows of CSV files out, instead of refusing the file
        #[arg(long)]
        skip_bad: bool,
    },
    /// Write what is stored of a market to a file
    Export(marketd::export::Request),
    /// Make users and change them, past the server: the first administrator, a password that is lost
    #[command(subcommand)]
    User(users::Request),
    /// Ask the server of this configuration whether it lives; 0 if it does
    Healthcheck {
        /// Ask whether it is ready as well
        #[arg(long)]
        ready: bool,
    },
    /// Check the configuration and say what it comes to
    CheckConfig,
    /// Print the OpenAPI document of the REST face
    Openapi,
    /// Print the AsyncAPI document of the WebSocket
    Asyncapi,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Command::Replay { files, summary: true, .. }) = &cli.command {
        return report(print_summary(files, cli.common.venue.as_deref()));
    }
    let document = match cli.command {
        Some(Command::Openapi) => Some(openapi::document()),
        Some(Command::Asyncapi) => Some(openapi::asyncapi()),
        _ => None,
    };
    if let Some(document) = document {
        return report(print(openapi::print(&document).trim_end()));
    }
    let overrides = match overrides(&cli) {
        Ok(overrides) => overrides,
        Err(error) => return refuse_config(&format!("{error:#}")),
    };
    let config = match environment().and_then(|environment| Config::load(environment.into_iter(), &overrides))
    {
        Ok(config) => config,
        Err(error) => return refuse_config(&error.to_string()),
    };
    if let Some(Command::CheckConfig) = cli.command {
        return report(print(&format!("configuration is valid\n{config:#?}")));
    }
    if let Some(Command::Healthcheck { ready }) = cli.command {
        let path = if ready { "/readyz" } else { "/livez" };
        return report(healthcheck::run(config.http.bind, path).and_then(|answer| print(&answer)));
    }
    if let Err(error) = telemetry::install(&config.log) {
        return refuse_config(&error.to_string());
    }
    // Fails only when a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let system = actix::System::new();
    if let Some(Command::Seed { paths, market, interval, source, skip_bad }) = cli.command {
        let venue = cli.common.venue;
        let options = seed::Options { paths, market, interval, venue, source, skip_bad };
        let code = system.block_on(fill(config, options));
        telemetry::flush();
        return code;
    }
    let result = match cli.command {
        Some(Command::Record { out, seconds }) => system.block_on(record(config, out, seconds)),
        Some(Command::Export(request)) => system.block_on(export(config, request)),
        Some(Command::Migrate) => system.block_on(migrate(config)),
        Some(Command::User(request)) => system.block_on(change_users(config, request)),
        _ => system.block_on(serve(config)),
    };
    let code = result.as_ref().err().map_or(0, exit_code);
    report(result);
    telemetry::flush();
    // Everything is flushed. Dropping the system instead would run actors that have not begun, without
    // the runtime that they need.
    std::process::exit(i32::from(code))
}

/// What an operator's script can tell a failure by.
fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<KeyFileError>() {
        return EXIT_CONFIG;
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return migrate::exit_code(error.fault());
    }
    if error.is::<LockError>() { EXIT_FOLDER } else { 1 }
}

/// The allocator asks for huge pages, which makes memory resident that nobody has written to: 8 KiB for each
/// idle client.
fn refuse_huge_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay");
    }
}

/// Every client costs a descriptor, and the usual soft limit of 1,024 is soon reached: take what the
/// system allows.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let soft = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => tracing::debug!(?soft, limit = ?limit.current, "descriptors"),
        Err(error) => tracing::warn!(?soft, %error, "the limit of descriptors stays"),
    }
}

fn refuse_config(error: &str) -> ExitCode {
    eprintln!("marketd: {error}");
    ExitCode::from(EXIT_CONFIG)
}

fn report(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("marketd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Flags as configuration keys.
fn overrides(cli: &Cli) -> anyhow::Result<Overrides> {
    let mut set: Vec<(String, String)> = Vec::new();
    let mut put = |key: &str, value: &str| set.push((key.to_owned(), value.to_owned()));
    match (&cli.command, &cli.common.venue) {
        (Some(Command::Replay { files, speed, .. }), venue) => {
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            put("replay.files", &files.join(","));
            put("replay.speed", speed);
            put("replay.loop", "false");
            put("replay.venue", venue.as_deref().unwrap_or_default());
            put("venues.sim.enabled", "false");
        }
        // The venue of recordings, if any.
        (Some(Command::Seed { .. }), _) => {}
        (_, Some(venue)) => {
            let known = marketd_venues::venue_named(venue)
                .with_context(|| format!("--venue: there is no venue {venue:?}"))?;
            put(&format!("venues.{}.enabled", known.name()), "true");
            if !cli.common.markets.is_empty() {
                put(&format!("venues.{}.markets", known.name()), &cli.common.markets.join(","));
            }
        }
        (_, None) if !cli.common.markets.is_empty() => anyhow::bail!("--markets needs --venue"),
        _ => {}
    }
    for pair in &cli.common.set {
        let (key, value) =
            pair.split_once('=').with_context(|| format!("--set {pair:?} is not KEY=VALUE"))?;
        put(key, value);
    }
    Ok(Overrides { profile: cli.common.profile.clone(), set })
}

fn interval(text: &str) -> Result<CandleInterval, String> {
    CandleInterval::parse(text).ok_or_else(|| "not one of 1s, 1m, 5m, 15m, 1h, 4h, 1d, 1w".to_owned())
}

fn source(text: &str) -> Result<Source, String> {
    Source::parse(text).ok_or_else(|| "not one of live, replay, sim".to_owned())
}

/// Seeds the store. Bad data that was left out is told by the exit code too.
async fn fill(config: Config, options: seed::Options) -> ExitCode {
    if let Err(error) = std::fs::create_dir_all(&config.data_dir) {
        eprintln!("marketd: cannot use data_dir {}: {error}", config.data_dir.display());
        return ExitCode::FAILURE;
    }
    // Who does not read the report still wants the data.
    let mut say = |line: &str| drop(print(line));
    match seed::run(&config, &options, &mut say).await {
        Ok(seeded) if seeded.bad > 0 && !options.skip_bad => ExitCode::from(seed::EXIT_DATA),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("marketd: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn print_summary(files: &[PathBuf], venue: Option<&str>) -> anyhow::Result<()> {
    let venue = marketd_venues::replay::venue_of(files, venue)?;
    let summary = marketd_venues::replay::run_files(venue, files)?;
    print(&serde_json::to_string_pretty(&summary).context("cannot encode the summary")?)
}

/// Prints a line to standard output. A reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    raise_descriptor_limit();
    refuse_huge_pages();
    let server = Server::start(&config, None).await?;
    for address in &server.addresses {
        tracing::info!(%address, "marketd {} serves http://{address}", env!("CARGO_PKG_VERSION"));
    }
    let signal = shutdown::asked_to_stop().await;
    tracing::info!(signal, "stopping");
    shutdown::stop(server).await;
    Ok(())
}

async fn export(config: Config, request: marketd::export::Request) -> anyhow::Result<()> {
    print(&marketd::export::run(&config, &request).await.context("cannot export")?)
}

async fn migrate(config: Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("cannot use data_dir {}", config.data_dir.display()))?;
    print(&migrate::run(&config).await.context("cannot migrate")?)
}

async fn change_users(config: Config, request: users::Request) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("cannot use data_dir {}", config.data_dir.display()))?;
    print(&users::run(&config, request).await?)
}

async fn record(mut config: Config, out: PathBuf, seconds: Option<u64>) -> anyhow::Result<()> {
    anyhow::ensure!(config.live_venues().next().is_some(), "nothing to record: name a --venue");
    if let Some(sim) = config.venues.get_mut("sim") {
        sim.enabled = false;
    }
    // A recorder runs beside a server: it must not want that one's port.
    config.http.bind.set_port(0);
    let (recorder, writing) =
        Recorder::create(&out).with_context(|| format!("cannot write {}", out.display()))?;
    let server = Server::start(&config, Some(&recorder)).await?;
    drop(recorder);
    let limit = async {
        match seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = shutdown::asked_to_stop() => {}
        () = limit => {}
    }
    let feeds = server.feeds.len();
    shutdown::stop(server).await;
    // The thread ends when the feeds have let go of the recorder; waiting for it must not block them.
    let lines = tokio::task::spawn_blocking(move || writing.join())
        .await?
        .map_err(|_| anyhow::anyhow!("the recorder broke down"))?
        .with_context(|| format!("cannot write {}", out.display()))?;
    print(&format!("recorded {lines} lines of {feeds} feeds to {}", out.display()))
}
