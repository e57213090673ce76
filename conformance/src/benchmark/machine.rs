//! What the system says of the machine and of a process, and what the machine can do at best.
//! Without Linux's `/proc` and `/sys` these are absent, and so is what is made of them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Where a run took place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The model of its processors.
    pub processor: String,
    /// How many of them this process may use.
    pub cores: usize,
    /// The kernel.
    pub system: String,
    /// Load average of the last minute at the start, the middle and the end of the run, at most.
    pub load_max: f64,
    /// The same, at least.
    pub load_min: f64,
    /// Copying 1 MiB in memory, octets a second.
    pub memcpy_per_s: f64,
    /// Writing 4 KiB and waiting until it is on the disk, microseconds, the median.
    pub fsync_us: f64,
}

impl Machine {
    /// This one, before anything is measured.
    pub fn here() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let load = load().unwrap_or_default();
        Self {
            processor: model.map(|(_, model)| model.to_owned()).unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            system: format!("{} {}", std::env::consts::OS, release.trim()).trim().to_owned(),
            load_max: load,
            load_min: load,
            memcpy_per_s: memcpy(1 << 20),
            fsync_us: fsync().unwrap_or_default(),
        }
    }

    /// Looks at the load again.
    pub fn look(&mut self) {
        let load = load().unwrap_or_default();
        self.load_max = self.load_max.max(load);
        self.load_min = self.load_min.min(load);
    }
}

fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// Octets a second at which bodies of this size are copied.
pub fn memcpy(size: usize) -> f64 {
    let (from, mut to) = (vec![b'x'; size.max(1)], vec![0; size.max(1)]);
    let times = ((256 << 20) / size.max(1)).clamp(1, 4_000_000);
    let began = Instant::now();
    for _ in 0..times {
        to.copy_from_slice(std::hint::black_box(&from));
        std::hint::black_box(&mut to);
    }
    (times * size) as f64 / began.elapsed().as_secs_f64()
}

fn fsync() -> io::Result<f64> {
    let path = std::env::temp_dir().join(format!("zeroproof-bench-fsync-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let times = (0..21).map(|_| {
        let began = Instant::now();
        file.write_all(&[b'x'; 4096])?;
        file.sync_data()?;
        Ok(began.elapsed().as_secs_f64() * 1e6)
    });
    let times = times.collect::<io::Result<Vec<f64>>>();
    fs::remove_file(&path)?;
    let mut times = times?;
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// User and system time of a process so far. Ticks are hundredths of a second.
pub fn cpu_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold spaces, come the third field and those after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (next()? + next()?)))
}

/// KiB of memory that a process has.
pub fn resident(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim_end_matches("kB").trim().parse().ok()
}

/// Octets that have crossed the loopback interface: nobody delivers over it more than these.
pub fn crossed() -> Option<u64> {
    let text = fs::read_to_string("/sys/class/net/lo/statistics/tx_bytes").ok()?;
    text.trim().parse().ok()
}

/// Ports to bind, each once, below those that the system gives to whoever connects.
#[derive(Debug)]
pub struct Ports(std::ops::Range<u16>);

impl Ports {
    /// Where the ephemeral ports of Linux begin.
    const EPHEMERAL: u16 = 32_768;

    /// From this one on.
    pub const fn from(first: u16) -> Self {
        Self(first..Self::EPHEMERAL)
    }

    /// The next one that nobody listens at.
    pub fn take(&mut self) -> Option<u16> {
        self.0.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over_and_none_comes_twice() {
        let mut ports = Ports::from(23_500);
        let first = ports.take().unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1));
        let second = ports.take().unwrap();
        assert!(second > first + 1 && second < Ports::EPHEMERAL);
        assert_eq!(Ports(9..9).take(), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_says_what_is_asked() {
        let own = std::process::id();
        assert!(resident(own).unwrap() > 100.0);
        assert!(cpu_time(own).is_some() && crossed().is_some() && load().is_some());
        assert_eq!(cpu_time(u32::MAX), None);
    }
}
