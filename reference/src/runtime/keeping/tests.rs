//! A disk that takes its time, which only senders feel.

use super::{Core, open_with};
use crate::message::Message;
use crate::runtime::files::Files;
use crate::runtime::{Context, Socket};
use crate::socket_type::SocketType;
use crate::swap::{Disk, Fault, FileName};
use core::time::Duration;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};

/// Syncs of a file of messages end when it is open.
#[derive(Clone, Debug)]
struct Gate {
    open: Arc<(Mutex<bool>, Condvar)>,
    begun: Sender<()>,
}

impl Gate {
    fn new() -> (Self, Receiver<()>) {
        let (begun, begins) = channel();
        (Self { open: Arc::new((Mutex::new(true), Condvar::new())), begun }, begins)
    }

    fn set(&self, open: bool) {
        *self.open.0.lock().unwrap() = open;
        self.open.1.notify_all();
    }

    fn pass(&self, file: FileName) {
        if matches!(file, FileName::Segment(_)) {
            let mut open = self.open.0.lock().unwrap();
            if !*open {
                self.begun.send(()).unwrap();
            }
            while !*open {
                open = self.open.1.wait(open).unwrap();
            }
        }
    }
}

/// A folder of the system behind the gate: whoever syncs it under the lock stands there as well.
#[derive(Debug)]
struct Slow(Files, Gate);

impl Disk for Slow {
    fn list(&mut self) -> Result<Vec<FileName>, Fault> {
        self.0.list()
    }
    fn create(&mut self, file: FileName) -> Result<(), Fault> {
        self.0.create(file)
    }
    fn size(&mut self, file: FileName) -> Result<u64, Fault> {
        self.0.size(file)
    }
    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault> {
        self.0.read(file, at, into)
    }
    fn write(&mut self, file: FileName, at: u64, octets: &[u8]) -> Result<(), Fault> {
        self.0.write(file, at, octets)
    }
    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault> {
        self.0.truncate(file, size)
    }
    fn sync(&mut self, file: FileName) -> Result<(), Fault> {
        self.1.pass(file);
        self.0.sync(file)
    }
    fn sync_directory(&mut self) -> Result<(), Fault> {
        self.0.sync_directory()
    }
    fn remove(&mut self, file: FileName) -> Result<(), Fault> {
        self.0.remove(file)
    }
}

/// A PUSH whose disk is behind a gate.
fn slow(context: &Context, folder: &Path, durable: &str, gate: &Gate) -> Arc<Socket> {
    let push = context.socket(SocketType::Push).unwrap();
    push.set("swap", 1 << 20).unwrap();
    push.set("swap_dir", folder.to_str().unwrap()).unwrap();
    push.set("swap_durable", durable).unwrap();
    let files = Files::open(folder).unwrap();
    let (syncer, beside) = (files.syncer(), gate.clone());
    let sync = Box::new(move |file| {
        beside.pass(file);
        syncer.sync(file)
    });
    let mut core: std::sync::MutexGuard<'_, Core> = push.shared.lock();
    open_with(&push.shared, &mut core, Box::new(Slow(files, gate.clone())), 7, sync).unwrap();
    drop(core);
    Arc::new(push)
}

async fn next(pull: &Socket) -> Message {
    let received = tokio::time::timeout(Duration::from_secs(20), pull.recv());
    received.await.expect("a message within 20 s").unwrap()
}

/// Sends from a thread of its own, as who does not wait does, or from a task.
fn send(push: &Arc<Socket>, octet: u8, waits: bool) -> tokio::task::JoinHandle<()> {
    let push = Arc::clone(push);
    if waits {
        tokio::spawn(async move { push.send([octet]).await.unwrap() })
    } else {
        tokio::task::spawn_blocking(move || push.try_send([octet]).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_hangs_holds_up_neither_connections_nor_what_was_durable() {
    for durable in ["batch", "each"] {
        for waits in [true, false] {
            let context = Context::new();
            let name = format!("zeroproof-{durable}-{waits}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            let (gate, begins) = Gate::new();
            let push = slow(&context, &folder, durable, &gate);
            let bound = push.bind("tcp://127.0.0.1:*").await.unwrap().to_string();
            for octet in 0..10 {
                push.send([octet]).await.unwrap();
            }
            gate.set(false);
            let late = send(&push, 10, waits);
            let begins = tokio::task::spawn_blocking(move || begins.recv().map(|()| begins));
            let begins = begins.await.unwrap().unwrap();
            let pull = context.socket(SocketType::Pull).unwrap();
            pull.connect(&bound).unwrap();
            for octet in 0..10 {
                assert_eq!(next(&pull).await.first(), [octet], "{durable}");
            }
            // It has no sync of its own: that would stand at the gate as well.
            let others = [send(&push, 11, true), send(&push, 11, false)];
            let shared = Arc::clone(&push);
            let sent = tokio::task::spawn_blocking(move || {
                while shared.swap().unwrap().messages < 3 {
                    std::thread::yield_now();
                }
            });
            tokio::time::timeout(Duration::from_secs(20), sent).await.unwrap().unwrap();
            assert!(begins.try_recv().is_err() && !late.is_finished(), "{durable}");
            assert!(others.iter().all(|other| !other.is_finished()), "{durable}");
            assert!(pull.try_recv().is_err(), "{durable}: it is not durable");
            gate.set(true);
            for octet in [10, 11, 11] {
                assert_eq!(next(&pull).await.first(), [octet], "{durable}");
            }
            late.await.unwrap();
            for other in others {
                other.await.unwrap();
            }
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
}
