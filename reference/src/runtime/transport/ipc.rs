//! ipc: sockets of the file system and of the abstract namespace.
//!
//! Deliberately absent: credentials of the peer.

use crate::socket::endpoint::{Endpoint, IpcPath};
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net;
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// Fresh paths that one process may have.
const FRESH: u32 = 10_000;

/// A listener that takes its file away with it.
#[derive(Debug)]
pub struct IpcListener {
    pub(super) listener: UnixListener,
    path: Option<PathBuf>,
}

impl Drop for IpcListener {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Somebody may have taken it away before.
            let _ = std::fs::remove_file(path);
        }
    }
}

pub(super) fn bind(path: &IpcPath) -> io::Result<(IpcListener, Endpoint)> {
    let (listener, path, name) = match path {
        IpcPath::Abstract(name) => {
            let address = net::SocketAddr::from_abstract_name(name)?;
            (net::UnixListener::bind_addr(&address)?, None, IpcPath::Abstract(name.clone()))
        }
        IpcPath::File(path) => {
            let name = IpcPath::File(path.clone());
            (bind_file(Path::new(path))?, Some(PathBuf::from(path)), name)
        }
        IpcPath::Fresh => {
            let (listener, path) = bind_fresh()?;
            let name = IpcPath::File(path.display().to_string());
            (listener, Some(path), name)
        }
    };
    listener.set_nonblocking(true)?;
    let listener = UnixListener::from_std(listener)?;
    Ok((IpcListener { listener, path }, Endpoint::Ipc(name)))
}

/// A file that nobody listens to any more, left over from a crash, is taken away first.
fn bind_file(path: &Path) -> io::Result<net::UnixListener> {
    match net::UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            match net::UnixStream::connect(path) {
                Err(dead) if dead.kind() == io::ErrorKind::ConnectionRefused => {
                    std::fs::remove_file(path)?;
                    net::UnixListener::bind(path)
                }
                Ok(_) | Err(_) => Err(error),
            }
        }
        outcome => outcome,
    }
}

/// A path in the folder for temporary files that nothing lies at.
fn bind_fresh() -> io::Result<(net::UnixListener, PathBuf)> {
    let process = std::process::id();
    let folder = std::env::temp_dir();
    let mut paths = (0..FRESH).map(|number| folder.join(format!("zmq-{process}-{number}.sock")));
    let bound = paths.find_map(|path| match net::UnixListener::bind(&path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => None,
        outcome => Some(outcome.map(|listener| (listener, path))),
    });
    bound.unwrap_or_else(|| Err(io::ErrorKind::AddrInUse.into()))
}

pub(super) async fn connect(path: &IpcPath) -> io::Result<UnixStream> {
    match path {
        IpcPath::File(path) => UnixStream::connect(path).await,
        IpcPath::Abstract(name) => {
            let address = net::SocketAddr::from_abstract_name(name)?;
            let stream = net::UnixStream::connect_addr(&address)?;
            stream.set_nonblocking(true)?;
            UnixStream::from_std(stream)
        }
        IpcPath::Fresh => Err(io::ErrorKind::InvalidInput.into()),
    }
}
