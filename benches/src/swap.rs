//! The swap of a PUSH beside the same octets written by hand, into the same folder.
//!
//! ```text
//! swap-none       try_send beyond the high-water mark      write, 64 KiB at a time
//! swap-batch-N    send_batch of N with swap_durable batch  write of N records, then fdatasync
//! ```
//!
//! Both are measured in one run, group by group in turn: a disk is as fast as its neighbours let
//! it. Deliberately absent: giving out again, as from any queue.

use crate::Failure;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::{Message, SocketType};

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) name: &'static str,
    /// Messages before each sync; none is ever synced if absent.
    synced: Option<usize>,
    /// Groups of messages.
    groups: usize,
    pub(crate) target: &'static str,
}

/// All of them.
pub(crate) const CELLS: [Cell; 3] = [
    Cell { name: "swap-none", synced: None, groups: 2_000, target: "1000000 msg/s, or 1" },
    Cell { name: "swap-batch-100", synced: Some(100), groups: 300, target: "0.67" },
    Cell { name: "swap-batch-1000", synced: Some(1_000), groups: 300, target: "0.67" },
];

/// Octets of a body.
const BODY: usize = 64;
/// Octets of the record of such a message: see `reference/docs/swap-format.md`.
const RECORD: usize = 20 + 2 + BODY;
/// Octets that a log gathers in memory before it writes them, where none is durable.
const GATHERED: usize = 64 << 10;
const CAPACITY: i64 = 4 << 30;

/// Messages a second, by hand and through the swap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) raw: f64,
    pub(crate) swap: f64,
}

/// Runs a cell once, in a folder that is there for this run only.
///
/// # Errors
/// The disk, or the socket, refuses something.
pub(crate) fn run(cell: Cell) -> Result<Run, Failure> {
    let folder = std::env::temp_dir().join(format!("zeroproof-bench-swap-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let task = measure(cell, folder.clone());
    let measured = runtime.block_on(async { tokio::spawn(task).await? });
    fs::remove_dir_all(&folder)?;
    measured
}

async fn measure(cell: Cell, folder: PathBuf) -> Result<Run, Failure> {
    let size = cell.synced.unwrap_or(GATHERED / RECORD);
    let push = pushes_to_nobody(cell, &folder)?;
    let messages: Vec<Message> = (0..size).map(|_| Message::from(&[b'x'; BODY])).collect();
    let octets = vec![b'x'; size * RECORD];
    let mut file = File::create(folder.join("raw"))?;
    let (mut raw, mut swap) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..cell.groups {
        let began = Instant::now();
        file.write_all(&octets)?;
        if cell.synced.is_some() {
            file.sync_data()?;
        }
        raw += began.elapsed();
        let began = Instant::now();
        if cell.synced.is_some() {
            let mut sent = 0;
            while let Some(rest) = messages.get(sent..).filter(|rest| !rest.is_empty()) {
                sent += push.send_batch(rest).await?;
            }
        } else {
            messages.iter().try_for_each(|message| push.try_send(message))?;
        }
        swap += began.elapsed();
    }
    let all = u64::try_from(size * cell.groups)?;
    let waits = push.swap().map_or(0, |swap| swap.messages);
    if waits != all {
        return Err(format!("{waits} of {all} messages are in the swap").into());
    }
    push.close().await;
    let rate = |time: Duration| all as f64 / time.as_secs_f64();
    Ok(Run { raw: rate(raw), swap: rate(swap) })
}

/// All that it sends is beyond its mark.
fn pushes_to_nobody(cell: Cell, folder: &Path) -> Result<Socket, Failure> {
    let push = Context::new().socket(SocketType::Push)?;
    push.set("swap", CAPACITY)?;
    push.set("swap_dir", folder.join("swap").as_os_str().as_encoded_bytes())?;
    push.set("swap_durable", if cell.synced.is_some() { "batch" } else { "none" })?;
    // No queue either for a peer that is not there.
    push.set("immediate", true)?;
    push.set("linger", 0)?;
    push.connect("ipc:///nonexistent/zeroproof-bench")?;
    Ok(push)
}
