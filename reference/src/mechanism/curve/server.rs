//! The server of CURVE; see the parent for the states.
//!
//! After WELCOME it keeps neither C' nor s': both come back in the cookie (26-HELLO-012), of which
//! only the key is kept (26-HELLO-013). Deliberately absent: the end of that key, which the
//! connection times.

use super::secret_box::BoxKey;
use super::{Cipher, Entropy, KeyPair, PublicKey, SecretKey};
use super::{long_nonce, opened, short_nonce, unexpected};
use crate::mechanism::{Agreed, Announcement, Applicant, Next, Ours, Pending, Refusal};
use crate::violation::{CurvePart, Violation};
use crate::wire::curve::{Command, Hello, Initiate, Ready, Welcome};
use crate::wire::metadata;
use crate::wire::reader::Reader;
use crate::wire::zap::Credentials;

/// A server in which a command of the client is awaited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Server {
    /// Nothing has been sent.
    AwaitHello(Box<AwaitHello>),
    /// WELCOME has been sent.
    AwaitInitiate(AwaitInitiate),
}

/// What is needed to answer HELLO.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwaitHello {
    keys: KeyPair,
    entropy: Entropy,
}

/// What is needed to open INITIATE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwaitInitiate {
    server: PublicKey,
    cookie_key: BoxKey,
    /// The counter of HELLO.
    last: u64,
}

/// A client whose INITIATE is in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admitting {
    /// Of C' and s'.
    key: BoxKey,
    /// The counter of INITIATE.
    last: u64,
    peer: Announcement,
}

impl Server {
    /// Begins in silence.
    #[must_use]
    pub fn start(keys: &KeyPair, entropy: &Entropy) -> Next {
        let state = AwaitHello { keys: keys.clone(), entropy: entropy.clone() };
        Next::Await(Self::AwaitHello(Box::new(state)).into())
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
            //= 25-IMPL-002
            (Self::AwaitHello(state), Command::Hello(hello)) => {
                Ok(Next::Await(Self::AwaitInitiate(state.answer(hello, out)?).into()))
            }
            (Self::AwaitInitiate(state), Command::Initiate(initiate)) => {
                state.judge(initiate, ours)
            }
            (
                Self::AwaitHello(_),
                Command::Welcome(_)
                | Command::Initiate(_)
                | Command::Ready(_)
                | Command::Error(_)
                | Command::Unknown(_),
            )
            | (
                Self::AwaitInitiate(_),
                Command::Hello(_)
                | Command::Welcome(_)
                | Command::Ready(_)
                | Command::Error(_)
                | Command::Unknown(_),
            ) => Err(unexpected(command)), //= 26-GEN-001, 26-GEN-006
        }
    }
}

impl AwaitHello {
    /// Opens HELLO and sends WELCOME.
    fn answer(&self, hello: &Hello<'_>, out: &mut Vec<u8>) -> Result<AwaitInitiate, Violation> {
        let Self { keys, entropy } = self;
        let key = BoxKey::between(&keys.secret().0, &hello.transient)?;
        //= 26-HELLO-010
        let plain = key.open(&short_nonce(b"CurveZMQHELLO---", &hello.nonce), hello.sealed);
        if opened(CurvePart::Hello, plain)?.iter().any(|octet| *octet != 0) {
            return Err(Violation::HelloNotZero);
        }
        let transient = KeyPair::new(SecretKey(entropy.transient)); //= 26-HELLO-011
        let mut plain = transient.public().0.to_vec();
        let cookie_key = BoxKey::random(entropy.cookie_key);
        let cookie = [hello.transient, transient.secret().0].concat();
        //= 26-WELCOME-005, 26-WELCOME-007
        plain.extend(entropy.cookie_nonce);
        cookie_key.seal(&long_nonce(b"COOKIE--", &entropy.cookie_nonce), &cookie, &mut plain);
        let nonce = entropy.welcome_nonce; //= 26-WELCOME-004
        let mut sealed = Vec::new();
        key.seal(&long_nonce(b"WELCOME-", &nonce), &plain, &mut sealed);
        Welcome { nonce, sealed: &sealed }.encode(out);
        let last = u64::from_be_bytes(hello.nonce);
        //= 26-HELLO-012, 26-HELLO-013
        Ok(AwaitInitiate { server: keys.public(), cookie_key, last })
    }
}

impl AwaitInitiate {
    /// Opens INITIATE, whose client may come in if nobody objects.
    fn judge(&self, initiate: &Initiate<'_>, ours: &Ours<'_>) -> Result<Next, Refusal> {
        let counter = u64::from_be_bytes(initiate.nonce);
        if counter <= self.last {
            let (nonce, last) = (counter, self.last);
            return Err(Violation::NonceNotRising { nonce, last }.into()); //= 26-HELLO-016
        }
        let (client_transient, transient) = self.open_cookie(initiate)?;
        let key = BoxKey::between(&transient, &client_transient)?;
        let nonce = short_nonce(b"CurveZMQINITIATE", &initiate.nonce);
        //= 26-INITIATE-011
        let plain = opened(CurvePart::Initiate, key.open(&nonce, initiate.sealed))?;
        let mut reader = Reader::new(&plain);
        let fields = (reader.array(), reader.array(), reader.take(80));
        let (Some(client), Some(vouch_nonce), Some(vouch)) = fields else {
            return Err(Violation::BoxForged(CurvePart::Initiate).into());
        };
        let vouch_key = BoxKey::between(&transient, &client)?;
        let vouch = vouch_key.open(&long_nonce(b"VOUCH---", &vouch_nonce), vouch);
        let vouch = opened(CurvePart::Vouch, vouch)?;
        //= 26-INITIATE-012
        if vouch.get(..32) != Some(&client_transient) {
            return Err(Violation::VouchForAnotherKey.into());
        }
        if vouch.get(32..) != Some(&self.server.0) {
            return Err(Violation::VouchForAnotherServer.into());
        }
        //= 26-INITIATE-008, 26-INITIATE-009, 26-INITIATE-010, 26-INITIATE-016
        let properties = metadata::decode(reader.rest(), ours.max_properties)?;
        let peer = Announcement::judge(&properties, ours.socket_type)?; //= 26-ERROR-002
        let identity = peer.identity.clone();
        let applicant = Applicant { credentials: Credentials::Curve(client), identity };
        let admitting = Box::new(Admitting { key, last: counter, peer });
        Ok(Next::Ask(applicant, Pending::CurveServer(admitting))) //= 26-INITIATE-013
    }

    /// C' and s', which only we can have put there.
    fn open_cookie(&self, initiate: &Initiate<'_>) -> Result<([u8; 32], [u8; 32]), Violation> {
        let cookie = &initiate.cookie;
        let plain = self.cookie_key.open(&long_nonce(b"COOKIE--", &cookie.nonce), cookie.sealed);
        let plain = opened(CurvePart::Cookie, plain)?;
        let mut reader = Reader::new(&plain);
        match (reader.array(), reader.array()) {
            (Some(client_transient), Some(transient)) => Ok((client_transient, transient)),
            (None | Some(_), _) => Err(Violation::BoxForged(CurvePart::Cookie)),
        }
    }
}

impl Admitting {
    /// The client may come in: sends READY.
    pub(in crate::mechanism) fn admit(self, ours: &Ours<'_>, out: &mut Vec<u8>) -> Next {
        let nonce = 1_u64.to_be_bytes();
        let mut sealed = Vec::new();
        //= 26-READY-007
        self.key.seal(&short_nonce(b"CurveZMQREADY---", &nonce), ours.metadata, &mut sealed);
        Ready { nonce, sealed: &sealed }.encode(out); //= 26-INITIATE-015
        let cipher = Some(Box::new(Cipher::of_server(&self.key, 2, self.last)));
        Next::Done(Agreed { peer: self.peer, cipher })
    }
}
