//! NULL: both sides exchange READY, and that is all (37-NULL, 23-NULL).
//!
//! ```text
//! 3.1 connecter   ask --admitted/READY->  AwaitReady   --READY-->                  done
//! 3.1 binder      Answering  --READY-->   ask          --admitted/READY-->         done
//! 3.0 either      as a 3.1 connecter
//! ```
//!
//! A peer whose Socket-Type does not go with ours gets ERROR and nothing else. Deliberately
//! absent: as-server, which has no effect under NULL (37-TOPOLOGY-003), and messages.

use crate::mechanism::{Agreed, Announcement, Applicant, Next, Order, Ours, Pending, Refusal};
use crate::violation::Violation;
use crate::wire::command::Command;
use crate::wire::zap::Credentials;

/// The state of a NULL handshake in which a command of the peer is awaited; one is enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Null {
    /// Our READY has not been sent: it answers theirs.
    Answering,
    /// Our READY has been sent; theirs has not come.
    AwaitReady,
}

impl Null {
    /// Begins: the eager side has to know first whether its peer may come in.
    #[must_use]
    pub fn start(order: Order) -> Next {
        match order {
            //= 37-NULL-004
            Order::Eager => Next::Ask(applicant(Vec::new()), Pending::NullEager),
            Order::Answering => Next::Await(Self::Answering.into()),
        }
    }

    /// Takes the peer's first command.
    ///
    /// # Errors
    /// [`Refusal`]: the connection is to be closed.
    pub fn step(self, command: &Command<'_>, ours: &Ours<'_>) -> Result<Next, Refusal> {
        match (self, command) {
            //= 37-NULL-005
            (Self::Answering, Command::Ready(properties)) => {
                let peer = Announcement::judge(properties, ours.socket_type)?;
                Ok(Next::Ask(applicant(peer.identity.clone()), Pending::NullAnswering(peer)))
            }
            //= 23-NULL-003
            (Self::AwaitReady, Command::Ready(properties)) => {
                let peer = Announcement::judge(properties, ours.socket_type)?;
                Ok(Next::Done(Agreed { peer, cipher: None }))
            }
            (Self::Answering | Self::AwaitReady, Command::Error(reason)) => {
                Err(Refusal::ByPeer(reason.to_vec())) //= 37-ERRH-002
            }
            (
                Self::Answering | Self::AwaitReady,
                Command::Subscribe(_)
                | Command::Cancel(_)
                | Command::Ping { .. }
                | Command::Pong(_)
                | Command::Join(_)
                | Command::Leave(_)
                | Command::Unknown(_),
            ) => Err(Refusal::Silent(Violation::UnexpectedCommand(command.name().to_owned()))),
        }
    }

    /// The peer of an eager side may come in.
    pub(super) fn admit_eager(ours: &Ours<'_>, out: &mut Vec<u8>) -> Next {
        //= 23-NULL-001
        ours.announce("READY", out);
        Next::Await(Self::AwaitReady.into())
    }

    /// The peer, which has told who it is, may come in.
    pub(super) fn admit_answering(peer: Announcement, ours: &Ours<'_>, out: &mut Vec<u8>) -> Next {
        ours.announce("READY", out); //= 37-NULL-007
        Next::Done(Agreed { peer, cipher: None })
    }
}

fn applicant(identity: Vec<u8>) -> Applicant {
    Applicant { credentials: Credentials::Null, identity }
}
