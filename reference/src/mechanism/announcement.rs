//! What a peer's metadata says of it, and whether it is somebody to talk to.
//!
//! The same under every mechanism: it stands in READY and, under PLAIN and CURVE, in INITIATE.
//! Deliberately absent: the commands around it.

use crate::mechanism::Refusal;
use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::metadata::{self, Property};

const MAX_IDENTITY: usize = 255;

/// What a peer said of itself, judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Announcement {
    /// The peer's type, if it told.
    pub socket_type: Option<SocketType>,
    /// Its identity; empty if it has none or its type gives Identity no meaning.
    pub identity: Vec<u8>,
    /// Every property, in order, as sent.
    pub metadata: Vec<(String, Vec<u8>)>,
}

impl Announcement {
    /// Judges what a peer announces to a socket of our type.
    ///
    /// # Errors
    /// [`Refusal::Told`] for a type that does not go with ours, [`Refusal::Silent`] for the rest.
    pub fn judge(properties: &[Property<'_>], ours: SocketType) -> Result<Self, Refusal> {
        let mut peer = Self::default();
        for property in properties {
            if property.is(metadata::SOCKET_TYPE) {
                peer.socket_type = Some(judge_socket_type(property.value, ours)?);
            } else if property.is(metadata::IDENTITY) {
                peer.identity = judge_identity(property.value).map_err(Refusal::Silent)?;
            }
            //= 37-META-008, 37-RES-003
            peer.metadata.push(property.to_owned_pair());
        }
        if !peer.socket_type.is_none_or(SocketType::has_identity) {
            peer.identity.clear(); //= 37-IDENT-002
        }
        Ok(peer)
    }
}

fn judge_socket_type(name: &[u8], ours: SocketType) -> Result<SocketType, Refusal> {
    //= 37-SOCKTYPE-002
    let violation = match SocketType::parse(name) {
        Some(theirs) if ours.accepts(theirs) => return Ok(theirs),
        Some(theirs) => Violation::IncompatibleSocketType { ours, theirs },
        None => Violation::UnknownSocketType(name.to_vec()),
    };
    Err(Refusal::Told(violation)) //= 37-SOCKTYPE-022
}

/// Judges an identity, whoever announces it.
///
/// # Errors
/// [`Violation::IdentityTooLong`], [`Violation::IdentityLeadingZero`].
pub fn judge_identity(identity: &[u8]) -> Result<Vec<u8>, Violation> {
    if identity.len() > MAX_IDENTITY {
        let length = u64::try_from(identity.len()).unwrap_or(u64::MAX);
        return Err(Violation::IdentityTooLong(length)); //= 37-IDENT-003
    }
    if identity.first() == Some(&0) {
        //= 13-CONN-005
        return Err(Violation::IdentityLeadingZero); //= 37-IDENT-004
    }
    Ok(identity.to_vec())
}
