//! ipc: sockets of the file system and of the abstract namespace.
//!
//! ```text
//! a file nobody listens to  left over from a crash: taken away, and bound to
//! a file somebody listens to, or that is no socket     in use; libzmq takes it away all the same
//! ```
//!
//! Whether somebody listens is found out by connecting, which a live listener sees as a peer that
//! leaves at once. Deliberately absent: credentials of the peer, and `use_fd`.

use super::tcp::set_buffers;
use crate::socket::endpoint::{Endpoint, IpcPath};
use crate::socket::options::Tcp;
use socket2::{Domain, SockAddr, Socket, Type};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::os::unix::net;
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// Fresh folders that one process may have.
const FRESH: u32 = 10_000;

/// A listener that takes its file away with it.
#[derive(Debug)]
pub struct IpcListener {
    listener: UnixListener,
    options: Tcp,
    /// Goes with this.
    _file: Option<File>,
}

/// A file of ours.
#[derive(Debug)]
struct File {
    path: PathBuf,
    /// Of the file system and in it: another file at the same path has other ones.
    numbers: Option<(u64, u64)>,
    /// The folder, if it is ours, too.
    folder: Option<PathBuf>,
}

impl File {
    fn new(path: PathBuf, folder: Option<PathBuf>) -> Self {
        let numbers = numbers(&path);
        Self { path, numbers, folder }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // Somebody may have taken it away before, or put their own there.
        if self.numbers.is_some() && numbers(&self.path) == self.numbers {
            let _ = fs::remove_file(&self.path);
        }
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn numbers(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

impl IpcListener {
    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        let (stream, _) = self.listener.accept().await?;
        set_buffers(&stream, &self.options)?;
        Ok(stream)
    }
}

pub(super) fn bind(path: &IpcPath, options: &Tcp) -> io::Result<(IpcListener, Endpoint)> {
    let (listener, path, file) = match path {
        IpcPath::Abstract(_) => (listen(path, options)?, path.clone(), None),
        IpcPath::File(text) => {
            let listener = bind_file(text, options)?;
            (listener, path.clone(), Some(File::new(text.into(), None)))
        }
        IpcPath::Fresh => {
            let folder = fresh_folder()?;
            let path = folder.join("socket");
            let fresh = IpcPath::File(path.display().to_string());
            let listener = listen(&fresh, options);
            let file = File::new(path, Some(folder)); // Takes the folder away if that failed.
            (listener?, fresh, Some(file))
        }
    };
    Ok((IpcListener { listener, options: options.clone(), _file: file }, Endpoint::Ipc(path)))
}

fn open(options: &Tcp) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    set_buffers(&socket, options)?;
    Ok(socket)
}

fn address(path: &IpcPath) -> io::Result<SockAddr> {
    match path {
        IpcPath::File(path) => SockAddr::unix(path),
        IpcPath::Abstract(name) => SockAddr::unix(format!("\0{name}")),
        IpcPath::Fresh => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn listen(path: &IpcPath, options: &Tcp) -> io::Result<UnixListener> {
    let socket = open(options)?;
    socket.bind(&address(path)?)?;
    socket.listen(i32::try_from(options.backlog).unwrap_or(i32::MAX))?;
    UnixListener::from_std(net::UnixListener::from(socket))
}

/// A file that nobody listens to any more is taken away first.
fn bind_file(path: &str, options: &Tcp) -> io::Result<UnixListener> {
    let ours = IpcPath::File(path.to_owned());
    match listen(&ours, options) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            // To connect to a file that is no socket is refused as well.
            let is_socket = fs::symlink_metadata(path)?.file_type().is_socket();
            match open(options)?.connect(&address(&ours)?) {
                Err(dead) if is_socket && dead.kind() == io::ErrorKind::ConnectionRefused => {
                    fs::remove_file(path)?;
                    listen(&ours, options)
                }
                Ok(()) | Err(_) => Err(error),
            }
        }
        outcome => outcome,
    }
}

/// A folder of our own among the temporary files, which nobody else may look into.
fn fresh_folder() -> io::Result<PathBuf> {
    let process = std::process::id();
    let all = std::env::temp_dir();
    let mut folders = (0..FRESH).map(|number| all.join(format!("zmq-{process}-{number}")));
    let made = folders.find_map(|folder| match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
        outcome => Some(outcome.map(|()| folder)),
    });
    made.unwrap_or_else(|| Err(io::ErrorKind::AddrInUse.into()))
}

/// There is nothing to wait for: it is there or not, or its backlog is full.
pub(super) fn connect(path: &IpcPath, options: &Tcp) -> io::Result<UnixStream> {
    let socket = open(options)?;
    socket.connect(&address(path)?)?;
    UnixStream::from_std(net::UnixStream::from(socket))
}
