//! PLAIN: a user name and a password in clear text (24).
//!
//! ```text
//! client   start/HELLO -> AwaitWelcome --WELCOME/INITIATE--> AwaitReady     --READY--> done
//! server   AwaitHello  --HELLO--> ask --admitted/WELCOME--> AwaitInitiate --INITIATE/READY--> done
//! ```
//!
//! What follows are ordinary frames in clear text (24-HS-016).
//! A server's ERROR ends a client in any state; a client that sends one is taken at its word too.
//! Deliberately absent: checking passwords, which is what a ZAP handler is for, and any secrecy
//! (24-ROLE-003).

use crate::mechanism::{Agreed, Announcement, Applicant, Next, Ours, Pending, Refusal};
use crate::violation::Violation;
use crate::wire::command::Body;
use crate::wire::plain::{Command, Hello, Password, encode_hello};
use crate::wire::zap::Credentials;

/// A client in which a command of the server is awaited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Client {
    /// HELLO has been sent.
    AwaitWelcome,
    /// INITIATE has been sent.
    AwaitReady,
}

/// A server in which a command of the client is awaited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Server {
    /// Nothing has been sent.
    AwaitHello,
    /// WELCOME has been sent.
    AwaitInitiate,
}

impl Client {
    /// Begins with HELLO.
    #[must_use]
    pub fn start(username: &[u8], password: &Password, out: &mut Vec<u8>) -> Next {
        encode_hello(Hello { username, password: &password.0 }, out); //= 24-HS-001
        Next::Await(Self::AwaitWelcome.into())
    }

    /// Takes a command of the server.
    ///
    /// # Errors
    /// [`Refusal`]: the connection is to be closed. A client never tells why.
    pub fn step(
        self,
        command: &Command<'_>,
        ours: &Ours<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Next, Refusal> {
        match (self, command) {
            (Self::AwaitWelcome, Command::Welcome) => {
                ours.announce("INITIATE", out); //= 24-HS-009
                Ok(Next::Await(Self::AwaitReady.into()))
            }
            //= 24-HS-013
            (Self::AwaitReady, Command::Ready(properties)) => {
                match Announcement::judge(properties, ours.socket_type) {
                    Ok(peer) => Ok(Next::Done(Agreed { peer, cipher: None })),
                    Err(refusal) => Err(refusal.untold()),
                }
            }
            (Self::AwaitWelcome | Self::AwaitReady, Command::Error(reason)) => {
                Err(Refusal::ByPeer(reason.to_vec())) //= 37-ERRH-002
            }
            (Self::AwaitWelcome | Self::AwaitReady, Command::Hello(_)) => {
                Err(Refusal::Silent(Violation::BothClients)) //= 24-ROLE-002
            }
            (
                Self::AwaitWelcome,
                Command::Initiate(_) | Command::Ready(_) | Command::Unknown(_),
            )
            | (Self::AwaitReady, Command::Initiate(_) | Command::Welcome | Command::Unknown(_)) => {
                Err(unexpected(command)) //= 24-HS-015
            }
        }
    }
}

impl Server {
    /// Begins in silence.
    #[must_use]
    pub fn start() -> Next {
        Next::Await(Self::AwaitHello.into())
    }

    /// Takes a command of the client.
    ///
    /// # Errors
    /// [`Refusal`]: the connection is to be closed.
    pub fn step(
        self,
        command: &Command<'_>,
        ours: &Ours<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Next, Refusal> {
        match (self, command) {
            (Self::AwaitHello, Command::Hello(hello)) => {
                let (username, password) = (hello.username.to_vec(), hello.password.to_vec());
                let credentials = Credentials::Plain { username, password: Password(password) };
                // Its identity comes with INITIATE only.
                let applicant = Applicant { credentials, identity: Vec::new() };
                Ok(Next::Ask(applicant, Pending::PlainServer))
            }
            (Self::AwaitInitiate, Command::Initiate(properties)) => {
                let peer = Announcement::judge(properties, ours.socket_type)?;
                ours.announce("READY", out); //= 24-HS-011, 24-HS-014
                Ok(Next::Done(Agreed { peer, cipher: None }))
            }
            (Self::AwaitHello | Self::AwaitInitiate, Command::Error(reason)) => {
                Err(Refusal::ByPeer(reason.to_vec())) //= 37-ERRH-002
            }
            (
                Self::AwaitHello,
                Command::Welcome | Command::Initiate(_) | Command::Ready(_) | Command::Unknown(_),
            )
            | (
                Self::AwaitInitiate,
                Command::Hello(_) | Command::Welcome | Command::Ready(_) | Command::Unknown(_),
            ) => Err(unexpected(command)), //= 24-HS-015
        }
    }

    /// The credentials are good.
    pub(super) fn admit(out: &mut Vec<u8>) -> Next {
        Body { name: "WELCOME", data: &[] }.encode(out); //= 24-HS-005
        Next::Await(Self::AwaitInitiate.into())
    }
}

fn unexpected(command: &Command<'_>) -> Refusal {
    Refusal::Silent(Violation::UnexpectedCommand(command.name().to_owned()))
}
