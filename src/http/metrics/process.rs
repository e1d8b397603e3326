//! What the process takes of the machine, by the names that Prometheus' own clients use. On Linux only:
//! elsewhere the families have no samples.

use super::exposition::{Exposition, Kind};

/// What is read from `/proc`.
#[derive(Debug, Default)]
pub struct Usage {
    cpu_seconds: Option<f64>,
    start_seconds: Option<f64>,
    resident_bytes: Option<u64>,
    virtual_bytes: Option<u64>,
    threads: Option<u64>,
    open_fds: Option<u64>,
    max_fds: Option<u64>,
}

impl Usage {
    #[cfg(not(target_os = "linux"))]
    pub fn read() -> Self {
        Self::default()
    }

    /// Reads files, so not on a worker's thread.
    #[cfg(target_os = "linux")]
    pub fn read() -> Self {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        let mut usage = Self { open_fds: open_fds(), max_fds: limit.current, ..Self::default() };
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // Behind the program's name, which may hold anything, the state is field 3.
        let fields: Vec<&str> =
            stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
        let field = |number: usize| fields.get(number - 3).and_then(|text| text.parse::<u64>().ok());
        let ticks = |ticks: u64| ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        usage.cpu_seconds = field(14).zip(field(15)).map(|(user, system)| ticks(user + system));
        usage.threads = field(20);
        usage.virtual_bytes = field(23);
        usage.resident_bytes = field(24).map(|pages| pages * rustix::param::page_size() as u64);
        usage.start_seconds =
            field(22).zip(boot_seconds()).map(|(since_boot, boot)| boot + ticks(since_boot));
        usage
    }

    pub fn expose(&self, text: &mut Exposition) {
        let mut put = |name: &str, kind, help, value: Option<f64>| {
            text.named(name, kind, help);
            if let Some(value) = value {
                text.sample(&[], value);
            }
        };
        let count = |count: Option<u64>| count.map(|count| count as f64);
        put("process_cpu_seconds_total", Kind::Counter, "CPU time, user and system.", self.cpu_seconds);
        put("process_resident_memory_bytes", Kind::Gauge, "Resident memory.", count(self.resident_bytes));
        put("process_virtual_memory_bytes", Kind::Gauge, "Virtual memory.", count(self.virtual_bytes));
        put("process_threads", Kind::Gauge, "Threads.", count(self.threads));
        put("process_open_fds", Kind::Gauge, "Open descriptors.", count(self.open_fds));
        put("process_max_fds", Kind::Gauge, "Descriptors that may be open.", count(self.max_fds));
        put(
            "process_start_time_seconds",
            Kind::Gauge,
            "Start of the process, seconds UTC.",
            self.start_seconds,
        );
    }
}

#[cfg(target_os = "linux")]
fn open_fds() -> Option<u64> {
    // Linux 6.2 and later say the number as the folder's size; before, they have to be counted.
    let folder = "/proc/self/fd";
    match std::fs::metadata(folder).map(|metadata| metadata.len()) {
        Ok(count) if count > 0 => Some(count),
        _ => std::fs::read_dir(folder).map(|entries| entries.count() as u64).ok(),
    }
}

#[cfg(target_os = "linux")]
fn boot_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}
