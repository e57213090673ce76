//! The client of CURVE; see the parent for the states.
//!
//! Deliberately absent: checking the server's metadata beyond what every mechanism does.

use super::secret_box::BoxKey;
use super::{Cipher, Entropy, KeyPair, PublicKey, SecretKey};
use super::{long_nonce, opened, short_nonce, unexpected};
use crate::mechanism::{Agreed, Announcement, Next, Ours, Refusal};
use crate::violation::{CurvePart, Violation};
use crate::wire::curve::{Command, Cookie, Hello, Initiate, Ready, Welcome};
use crate::wire::metadata;
use crate::wire::reader::Reader;

/// A client in which a command of the server is awaited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Client {
    /// HELLO has been sent.
    AwaitWelcome(Box<AwaitWelcome>),
    /// INITIATE has been sent.
    AwaitReady(AwaitReady),
}

/// What is needed to answer WELCOME.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwaitWelcome {
    keys: KeyPair,
    server: PublicKey,
    transient: KeyPair,
    vouch_nonce: [u8; 16],
    /// Of c' and S.
    key: BoxKey,
}

/// What is needed to open READY.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwaitReady {
    /// Of c' and S'.
    key: BoxKey,
}

impl Client {
    /// Begins with HELLO.
    ///
    /// # Errors
    /// [`Violation::WeakKey`] if the server's key is no key.
    pub fn start(
        keys: &KeyPair,
        server: PublicKey,
        entropy: &Entropy,
        out: &mut Vec<u8>,
    ) -> Result<Next, Refusal> {
        let transient = KeyPair::new(SecretKey(entropy.transient)); //= 26-HELLO-005
        let key = BoxKey::between(&transient.secret().0, &server.0)?; //= 26-GEN-007
        let nonce = 1_u64.to_be_bytes();
        let mut sealed = Vec::new();
        //= 26-HELLO-008, 26-HELLO-009
        key.seal(&short_nonce(b"CurveZMQHELLO---", &nonce), &[0; 64], &mut sealed);
        //= 26-HELLO-001
        Hello { transient: transient.public().0, nonce, sealed: &sealed }.encode(out);
        let (keys, vouch_nonce) = (keys.clone(), entropy.vouch_nonce);
        let state = AwaitWelcome { keys, server, transient, vouch_nonce, key };
        Ok(Next::Await(Self::AwaitWelcome(Box::new(state)).into()))
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
            (Self::AwaitWelcome(state), Command::Welcome(welcome)) => {
                let key = state.answer(welcome, ours, out)?;
                Ok(Next::Await(Self::AwaitReady(AwaitReady { key }).into()))
            }
            (Self::AwaitReady(state), Command::Ready(ready)) => state.finish(ready, ours),
            (Self::AwaitWelcome(_) | Self::AwaitReady(_), Command::Error(reason)) => {
                Err(Refusal::ByPeer(reason.to_vec())) //= 26-GEN-005
            }
            (Self::AwaitWelcome(_) | Self::AwaitReady(_), Command::Hello(_)) => {
                Err(Refusal::Silent(Violation::BothClients))
            }
            (
                Self::AwaitWelcome(_),
                Command::Initiate(_) | Command::Ready(_) | Command::Unknown(_),
            )
            | (
                Self::AwaitReady(_),
                Command::Initiate(_) | Command::Welcome(_) | Command::Unknown(_),
            ) => Err(unexpected(command)), //= 26-GEN-001
        }
    }
}

impl AwaitWelcome {
    /// Opens WELCOME and sends INITIATE; the key of c' and S'.
    fn answer(
        &self,
        welcome: &Welcome<'_>,
        ours: &Ours<'_>,
        out: &mut Vec<u8>,
    ) -> Result<BoxKey, Violation> {
        //= 26-WELCOME-002, 26-WELCOME-003, 26-WELCOME-008
        let plain = self.key.open(&long_nonce(b"WELCOME-", &welcome.nonce), welcome.sealed);
        let plain = opened(CurvePart::Welcome, plain)?;
        let mut reader = Reader::new(&plain);
        let (Some(server_transient), Some(cookie_nonce)) = (reader.array(), reader.array()) else {
            return Err(Violation::BoxForged(CurvePart::Welcome));
        };
        let cookie = Cookie { nonce: cookie_nonce, sealed: reader.rest() }; //= 26-INITIATE-002
        let key = BoxKey::between(&self.transient.secret().0, &server_transient)?;
        let nonce = 2_u64.to_be_bytes(); //= 26-HELLO-014
        let mut plain = self.keys.public().0.to_vec();
        self.vouch(&server_transient, &mut plain)?;
        plain.extend_from_slice(ours.metadata);
        let mut sealed = Vec::new();
        //= 26-INITIATE-003, 26-INITIATE-004
        key.seal(&short_nonce(b"CurveZMQINITIATE", &nonce), &plain, &mut sealed);
        Initiate { cookie, nonce, sealed: &sealed }.encode(out);
        Ok(key)
    }

    /// Our proof, for this server only, that the transient key is ours.
    fn vouch(&self, server_transient: &[u8; 32], out: &mut Vec<u8>) -> Result<(), Violation> {
        let key = BoxKey::between(&self.keys.secret().0, server_transient)?;
        let plain = [self.transient.public().0, self.server.0].concat();
        //= 26-INITIATE-005, 26-INITIATE-006, 26-INITIATE-007
        out.extend(self.vouch_nonce);
        key.seal(&long_nonce(b"VOUCH---", &self.vouch_nonce), &plain, out);
        Ok(())
    }
}

impl AwaitReady {
    fn finish(&self, ready: &Ready<'_>, ours: &Ours<'_>) -> Result<Next, Refusal> {
        //= 26-READY-002, 26-READY-003, 26-READY-004
        let plain = self.key.open(&short_nonce(b"CurveZMQREADY---", &ready.nonce), ready.sealed);
        let plain = opened(CurvePart::Ready, plain)?;
        let properties = metadata::decode(&plain, ours.max_properties)?;
        //= 26-READY-005
        let peer = Announcement::judge(&properties, ours.socket_type).map_err(Refusal::untold)?;
        let cipher = Cipher::of_client(&self.key, 3, u64::from_be_bytes(ready.nonce));
        Ok(Next::Done(Agreed { peer, cipher: Some(Box::new(cipher)) }))
    }
}
