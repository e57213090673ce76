//! A SUT that connects to the tester by itself: every connection it makes is the next dialogue.
//! It is somebody's program, so nothing but octets is asked of it. A program that the tester has
//! started and that does not come back is started again, once for each dialogue.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::tcp::prepare;
use super::unsupported;
use super::{About, Later, Offers, Role, Socket, SocketSpec, Stream, Target, TargetError};
use crate::socket_type::SocketType;

/// A listener that waits for the SUT.
pub struct ListenTarget {
    kind: SocketType,
    program: Rc<Program>,
}

struct Program {
    listener: TcpListener,
    endpoint: String,
    argv: Vec<String>,
    child: RefCell<Option<Child>>,
}

/// A started program has this long to come back before it is started anew.
const PATIENCE: Duration = Duration::from_millis(500);

/// The endpoint to connect to, in the environment of the started program.
pub const ENDPOINT_VARIABLE: &str = "ZEROPROOF_ENDPOINT";

impl ListenTarget {
    /// Listens at `address` (`127.0.0.1:0` for any port) and starts the program, if there is one,
    /// with the endpoint in [`ENDPOINT_VARIABLE`] and in place of `{}` in its arguments.
    ///
    /// # Errors
    /// A sentence when it cannot listen or start the program.
    pub async fn start(
        address: &str,
        kind: SocketType,
        argv: &[String],
    ) -> Result<Self, TargetError> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            TargetError::Unreachable(format!("cannot listen at tcp://{address}: {error}"))
        })?;
        let bound = listener.local_addr();
        let bound = bound.map_err(|error| TargetError::Unreachable(error.to_string()))?;
        let program = Program {
            listener,
            endpoint: format!("tcp://{bound}"),
            argv: argv.to_vec(),
            child: RefCell::new(None),
        };
        program.spawn()?;
        Ok(Self { kind, program: Rc::new(program) })
    }

    /// Where the SUT is to connect.
    pub fn endpoint(&self) -> &str {
        &self.program.endpoint
    }
}

impl Program {
    fn spawn(&self) -> Result<(), TargetError> {
        let Some((program, arguments)) = self.argv.split_first() else { return Ok(()) };
        let arguments = arguments.iter().map(|argument| argument.replace("{}", &self.endpoint));
        let child = Command::new(program)
            .args(arguments)
            .env(ENDPOINT_VARIABLE, &self.endpoint)
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                TargetError::Unreachable(format!("cannot start {program}: {error}"))
            })?;
        *self.child.borrow_mut() = Some(child);
        Ok(())
    }
}

impl Target for ListenTarget {
    fn about(&self) -> About {
        let name = self.program.argv.first().map_or("a connecting peer", String::as_str);
        About {
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
            version: String::new(),
            language: String::new(),
            via: format!("{} (it connects to us)", self.program.endpoint),
        }
    }

    fn offers(&self) -> Offers {
        Offers {
            types: vec![self.kind],
            roles: vec![Role::Connect],
            needs: Vec::new(),
            options: Some(Vec::new()),
            pooled: false,
            concurrency: usize::MAX,
        }
    }

    fn open(&self, _: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        let socket: Rc<dyn Socket> =
            Rc::new(Accepted { program: Rc::clone(&self.program), fresh: Cell::new(true) });
        Box::pin(async move { Ok(socket) })
    }

    fn restart(&self) -> Later<'_, ()> {
        Box::pin(async move {
            if self.program.argv.is_empty() {
                return Err(TargetError::Unreachable("the peer does not come back".to_owned()));
            }
            self.program.spawn()
        })
    }
}

struct Accepted {
    program: Rc<Program>,
    /// No connection yet: a case that reconnects one socket must not be helped by a new process.
    fresh: Cell<bool>,
}

impl Socket for Accepted {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            let may_start = self.fresh.replace(false) && !self.program.argv.is_empty();
            let accept = self.program.listener.accept();
            let accepted = match may_start {
                false => accept.await,
                true => match timeout(PATIENCE, accept).await {
                    Ok(accepted) => accepted,
                    Err(_) => {
                        self.program.spawn()?;
                        self.program.listener.accept().await
                    }
                },
            };
            let (stream, _) =
                accepted.map_err(|error| TargetError::Unreachable(error.to_string()))?;
            prepare(&stream);
            Ok(Box::new(stream) as Stream)
        })
    }

    fn send<'a>(&'a self, _: &'a [Vec<u8>], _: Duration) -> Later<'a, ()> {
        unsupported("send with")
    }

    fn recv(&self, _: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        unsupported("receive with")
    }

    fn subscribe<'a>(&'a self, _: &'a [u8], _: bool) -> Later<'a, ()> {
        unsupported("subscribe with")
    }

    fn close(&self) -> Later<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
