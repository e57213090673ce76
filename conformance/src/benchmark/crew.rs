//! Who is measured, and by which program.
//!
//! A peer whose adapter has the op `bench` is measured through it. libzmq's own adapter is in
//! Python, which would be measured with it: the adapter in C takes its place, over the very library
//! of that installation.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::adapter::{Adapter, AdapterError, Hello};
use crate::peers::{self, PeersError};

/// The engine of this program.
pub const REFERENCE: &str = "reference";
/// What the kernel does without messages.
pub const FLOOR: &str = "floor";
/// The peer that is reached through Python, and the one that has the same interface in C.
const PYTHONIC: (&str, &str) = ("libzmq", "libzmq-c");

/// Start-up may import an interpreter and compile its code; it is no part of a run.
pub const START: Duration = Duration::from_secs(30);

/// One who is measured.
#[derive(Clone, Debug)]
pub struct Member {
    /// What users type.
    pub name: String,
    /// The command of its adapter.
    pub argv: Vec<String>,
    /// By which way, where it is not the peer's own adapter.
    pub via: Option<String>,
    /// What its adapter says of it.
    pub hello: Hello,
}

/// Why somebody cannot be measured.
#[derive(Debug)]
pub enum Absent {
    /// No such peer, or it is not installed.
    Peer(PeersError),
    /// Its adapter does not start.
    Adapter(AdapterError),
    /// Its adapter has no op `bench`.
    NoBench,
}

impl std::fmt::Display for Absent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Peer(error) => error.fmt(f),
            Self::Adapter(error) => error.fmt(f),
            Self::NoBench => f.write_str(
                "its adapter has no op `bench`, so its speed cannot be told from the adapter's \
                 (conformance/adapters/README.md, \"bench\")",
            ),
        }
    }
}

/// A member that has said hello.
///
/// # Errors
/// Why there is none.
pub async fn enlist(name: &str, command: (Vec<String>, Option<String>)) -> Result<Member, Absent> {
    let (argv, via) = command;
    let adapter = Adapter::spawn(&argv, START).await.map_err(Absent::Adapter)?;
    let hello = adapter.hello().clone();
    if !hello.can.has_op("bench") {
        return Err(Absent::NoBench);
    }
    Ok(Member { name: name.to_owned(), argv, via, hello })
}

/// The command that measures a registered peer, and by which way if it is not its own adapter.
///
/// # Errors
/// As [`peers::find`].
pub fn command(name: &str) -> Result<(Vec<String>, Option<String>), Absent> {
    let peer = peers::find(name).map_err(Absent::Peer)?;
    let own = (peer.argv().to_vec(), None);
    let (pythonic, plain) = PYTHONIC;
    if name != pythonic {
        return Ok(own);
    }
    let library = peer.argv().first().and_then(|python| bundled(Path::new(python)));
    let Some(library) = library else { return Ok(own) };
    let adapter = peers::find(plain).map_err(Absent::Peer)?;
    let preload = format!("LD_PRELOAD={}", library.display());
    let argv = ["env".to_owned(), preload].into_iter().chain(adapter.argv().iter().cloned());
    Ok((argv.collect(), Some(format!("the library of {pythonic}, by the C adapter of {plain}"))))
}

/// The library that a pyzmq brings along, below the folder of its Python.
fn bundled(python: &Path) -> Option<PathBuf> {
    let lib = python.parent()?.parent()?.join("lib");
    let below = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
    let libraries =
        below(lib).flat_map(|python| below(python.path().join("site-packages/pyzmq.libs")));
    libraries.map(|file| file.path()).find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libzmq"))
    })
}
