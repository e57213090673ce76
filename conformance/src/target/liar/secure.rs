//! The lies that the cases of RFCs 24 to 27 are tried with.

use super::{Edit, Lapse, Lie, Trick, Which};
use crate::octets::COMMAND;
use crate::target::zap::{Warp, at};

/// A HELLO of PLAIN that is in order.
const CREDENTIALS: &[u8] = b"\x05admin\x06secret";
/// The same, as a frame.
const HELLO: &[u8] = b"\x04\x13\x05HELLO\x05admin\x06secret";
/// Metadata that is in order.
const METADATA: &[u8] = b"\x0bSocket-Type\0\0\0\x06DEALER";

impl Lie {
    /// Every lie about security, in the order of the dialogue they break.
    pub const SECURE: &[Self] = &[
        Self::Octet(32, 0),
        Self::Octet(32, 1),
        Self::NeverCloses,
        // What is said in the handshake.
        Self::Says(Which::Named("HELLO"), Edit::Drop),
        Self::Says(Which::Named("HELLO"), Edit::Append(&[0])),
        Self::Says(Which::Named("HELLO"), Edit::Flip(7, 1)),
        Self::Says(Which::Named("HELLO"), Edit::Flip(100, 1)),
        Self::Says(Which::Named("HELLO"), Edit::After(b"\0\x01x")),
        Self::Says(Which::Named("HELLO"), Edit::Clear(COMMAND)),
        Self::Says(Which::Named("HELLO"), Edit::ThenClose),
        Self::Says(Which::Named("WELCOME"), Edit::Drop),
        Self::Says(Which::Named("WELCOME"), Edit::Append(&[0])),
        Self::Says(Which::Named("WELCOME"), Edit::Double),
        Self::Says(Which::Named("WELCOME"), Edit::Flip(30, 1)),
        Self::Says(Which::Named("WELCOME"), Edit::After(b"\0\x01x")),
        Self::Says(Which::Named("INITIATE"), Edit::Drop),
        Self::Says(Which::Named("INITIATE"), Edit::Append(&[0])),
        Self::Says(Which::Named("INITIATE"), Edit::Cut(1)),
        Self::Says(Which::Named("READY"), Edit::Append(&[0])),
        Self::Says(Which::Named("READY"), Edit::Append(b"\x03Foo\0\0\0\x03bar")),
        Self::Says(Which::Named("ERROR"), Edit::Cut(1)),
        Self::Says(Which::Named("ERROR"), Edit::Rename("RROR")),
        // What is taken in the handshake.
        Self::Hears(Which::Named("HELLO"), Edit::Data(CREDENTIALS)),
        Self::Hears(Which::Named("HELLO"), Edit::Body(b"\x07WELCOME")),
        Self::Hears(Which::Named("WELCOME"), Edit::Data(b"")),
        Self::Hears(Which::Named("WELCOME"), Edit::Drop),
        Self::Hears(Which::Named("INITIATE"), Edit::Data(METADATA)),
        Self::Hears(Which::Named("INITIATE"), Edit::Before(HELLO)),
        Self::Hears(Which::Named("READY"), Edit::Data(METADATA)),
        Self::Hears(Which::Named("ERROR"), Edit::Drop),
        Self::Surfaces(Which::Early),
        Self::Hears(Which::Early, Edit::Drop),
        // Messages.
        Self::Says(Which::Message, Edit::Cut(1)),
        Self::Says(Which::Message, Edit::Double),
        Self::Application(Trick::Deaf),
        Self::Application(Trick::Twice),
        Self::Application(Trick::CutShort),
        Self::Application(Trick::SendsNothing),
        Self::Application(Trick::EndsAll),
        Self::Application(Trick::Links(1)),
        // CURVE, inside the boxes.
        Self::Curve(Lapse::HelloSize),
        Self::Curve(Lapse::HelloVersion),
        Self::Curve(Lapse::HelloPadding),
        Self::Curve(Lapse::HelloBox),
        Self::Curve(Lapse::HelloPlain),
        Self::Curve(Lapse::SameTransient),
        Self::Curve(Lapse::SameCookie),
        Self::Curve(Lapse::SameNonce),
        Self::Curve(Lapse::AnyCookie),
        Self::Curve(Lapse::OldCookie),
        Self::Curve(Lapse::VouchUnread),
        Self::Curve(Lapse::VouchTransient),
        Self::Curve(Lapse::VouchServer),
        Self::Curve(Lapse::InitiateNonce),
        Self::Curve(Lapse::Metadata),
        Self::Curve(Lapse::LetterCase),
        Self::Curve(Lapse::Overflow),
        Self::Curve(Lapse::Replay),
        Self::Curve(Lapse::Flags),
        Self::Curve(Lapse::Clear),
        Self::Curve(Lapse::Skips),
        Self::Curve(Lapse::ErrorToMessage),
        Self::Curve(Lapse::MoreOutside),
        Self::Curve(Lapse::NoPong),
        Self::Curve(Lapse::SentNonce),
        Self::Curve(Lapse::SentPrefix),
        Self::Curve(Lapse::SentMoreOutside),
        Self::Curve(Lapse::Cut),
        Self::Curve(Lapse::VouchForServer),
        Self::Curve(Lapse::VouchEmpty),
        Self::Curve(Lapse::CookieChanged),
        Self::Curve(Lapse::ClientError),
        Self::Curve(Lapse::SecondWelcome),
        Self::Curve(Lapse::Early),
        Self::Curve(Lapse::ComesBack),
        Self::Curve(Lapse::ErrorIgnored),
        Self::Curve(Lapse::ReadyUnread),
        Self::Curve(Lapse::ReadyBent),
        Self::Curve(Lapse::SpeaksFirst),
        Self::Curve(Lapse::NotACommand),
        Self::Curve(Lapse::Keyless),
        // ZAP.
        Self::Zap(Warp::Shows(at::DELIMITER, b"x")),
        Self::Zap(Warp::Shows(at::VERSION, b"1.1")),
        Self::Zap(Warp::Shows(at::DOMAIN, b"another")),
        Self::Zap(Warp::Shows(at::IDENTITY, b"somebody")),
        Self::Zap(Warp::Shows(at::MECHANISM, b"")),
        Self::Zap(Warp::Shows(at::CREDENTIALS, b"root")),
        Self::Zap(Warp::Appends),
        Self::Zap(Warp::Twice),
        Self::Zap(Warp::AnyStatus),
        Self::Zap(Warp::AnyReply),
        Self::Zap(Warp::Refuses),
    ];
}
