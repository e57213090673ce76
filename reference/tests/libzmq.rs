//! This engine talks to libzmq 4.3.5: the grid of all pairs, and stories.
//!
//! Each thread of the harness has a libzmq of its own, in a Python process that
//! `cargo zeroproof peers install libzmq` makes possible. Where that has not been done, the tests
//! are listed and not run, and said so; with `CI` set they fail.
//! Deliberately absent: the suite's own adapter, since this crate is below the suite.

#[path = "libzmq/grid.rs"]
mod grid;
#[path = "libzmq/peer.rs"]
mod peer;
#[path = "libzmq/stories.rs"]
mod stories;

use libtest_mimic::{Arguments, Failed, Trial};
use peer::Peer;
use std::cell::RefCell;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use zeroproof_reference::SocketType;
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::wire::zap::{Credentials, Reply, Status};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// For one test; each wait within it is shorter.
const PATIENCE: Duration = Duration::from_secs(30);
const INSTALL: &str = "libzmq is not installed: run `cargo zeroproof peers install libzmq`";

thread_local! {
    /// Processes live as long as the runtime that watches them.
    static LIBZMQ: RefCell<Option<(Runtime, Peer)>> = const { RefCell::new(None) };
}

/// Runs a test with the libzmq of this thread, and keeps it for the next one if all went well.
fn with_peer(test: impl AsyncFnOnce(&mut Peer) -> Outcome) -> Result<(), Failed> {
    let kept = LIBZMQ.take();
    let attempt = || -> Outcome<(Runtime, Peer)> {
        let (runtime, mut peer) = match kept {
            Some(kept) => kept,
            None => {
                let runtime = Builder::new_current_thread().enable_all().build()?;
                let peer = runtime.block_on(async { Peer::spawn() })?;
                (runtime, peer)
            }
        };
        runtime.block_on(async {
            tokio::time::timeout(PATIENCE, test(&mut peer)).await??;
            peer.ask("reset").await
        })?;
        Ok((runtime, peer))
    };
    match catch_unwind(AssertUnwindSafe(attempt)) {
        Ok(Ok(kept)) => {
            LIBZMQ.set(Some(kept));
            Ok(())
        }
        Ok(Err(error)) => Err(error.to_string().into()),
        Err(_) => Err("an assertion failed, see above".into()),
    }
}

/// A socket of ours that waits no longer than libzmq's, in a program that knows one user of PLAIN.
fn open(context: &Context, kind: SocketType) -> Outcome<Socket> {
    context.authenticate(|request| async move {
        let known = match request.credentials {
            Credentials::Plain { username, password } => {
                username == b"admin" && password.0 == b"secret"
            }
            Credentials::Null | Credentials::Curve(_) => true,
        };
        Reply::new(if known { Status::Success } else { Status::Refused })
    });
    let socket = context.socket(kind)?;
    socket.set("sndtimeo", 10_000)?;
    socket.set("rcvtimeo", 10_000)?;
    if kind == SocketType::Router {
        socket.set("router_mandatory", 1)?;
    }
    Ok(socket)
}

/// Gives a socket of ours these switches and texts.
fn set_all(ours: &Socket, options: &[(&str, &str)]) -> Outcome {
    for &(name, value) in options {
        if value == "1" {
            ours.set(name, 1)?;
        } else {
            ours.set(name, value)?;
        }
    }
    Ok(())
}

macro_rules! stories {
    ($($story:ident)*) => {
        [$(Trial::test(concat!("libzmq::story::", stringify!($story)), || {
            with_peer(async |peer| stories::$story(peer).await)
        })),*]
    };
}

fn main() {
    let installed = peer::python().is_some();
    if !installed {
        eprintln!("{INSTALL}");
    }
    let mut trials: Vec<_> = grid::cells()
        .into_iter()
        .map(|cell| Trial::test(cell.name(), move || with_peer(async |peer| cell.run(peer).await)))
        .collect();
    trials.extend(stories![
        libzmq_comes_back
        we_come_back
        our_subscriptions_are_sent_again
        their_subscriptions_are_all_taken
        libzmq_comes_while_we_linger
        dealers_without_a_name_are_told_apart
        heartbeats_are_answered
        libzmq_refuses_us
        we_refuse_libzmq
    ]);
    if !installed {
        let in_ci = std::env::var_os("CI").is_some();
        let idle = |trial: Trial| trial.with_kind("needs libzmq").with_ignored_flag(!in_ci);
        trials = trials.into_iter().map(idle).collect();
    }
    trials.push(Trial::test("libzmq::the_page_shows_the_grid", || {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/interop.md");
        let written = concat!(env!("CARGO_TARGET_TMPDIR"), "/interop.md");
        std::fs::write(written, grid::page())?;
        if std::fs::read_to_string(path).unwrap_or_default() == grid::page() {
            return Ok(());
        }
        Err(format!("docs/interop.md is not the grid; copy {written} over it").into())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
