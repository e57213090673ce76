//! The ways to be wrong, as values. A lie is generic: it knows octets, frames and names of
//! commands, and nothing of the case that is to catch it.

use crate::target::zap::Warp;

pub use super::curve::Lapse;

/// One way to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// None: the filter itself must change nothing.
    Honest,
    /// The SUT never sends anything.
    Mute,
    /// An octet of the SUT's stream has this value.
    Octet(usize, u8),
    /// The SUT closes when it has sent so many octets.
    CloseAfter(usize),
    /// The SUT sends so many octets and nothing more.
    StallAfter(usize),
    /// The SUT sends nothing before it has received so many octets.
    WaitFor(usize),
    /// The SUT sends back the tester's octets from the first to before the second offset.
    Echoes(usize, usize),
    /// The SUT sends these octets behind its greeting.
    SaysFirst(&'static [u8]),
    /// The SUT sends these octets before it closes.
    SaysLast(&'static [u8]),
    /// The SUT takes the tester's greeting for one with these octets at this offset.
    HearsOctets(usize, &'static [u8]),
    /// Frames that the SUT sends are changed.
    Says(Which, Edit),
    /// Frames of the tester are changed before the SUT sees them.
    Hears(Which, Edit),
    /// The SUT closes when an octet of the tester's greeting, from the first to before the second
    /// offset, is not that of a plain 3.1 NULL peer.
    ClosesOnGreeting(usize, usize),
    /// Where the SUT would close it stays, and answers PING.
    NeverCloses,
    /// Such frames of the tester reach the application, each as a message of its own.
    Surfaces(Which),
    /// The application side is wrong.
    Application(Trick),
    /// Under CURVE the SUT is another one, which makes this mistake.
    Curve(Lapse),
    /// What passes between the SUT and its ZAP handler is changed.
    Zap(Warp),
    /// This lie, on all connections of a socket but its first.
    Later(&'static Self),
}

/// Some of the frames of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    Any,
    /// All but READY.
    Behind,
    /// Every command.
    Command,
    /// A command of this name.
    Named(&'static str),
    /// A command whose name neither RFC 37 nor its mechanisms have.
    Unknown,
    /// A command of this name with so many octets of data, from the first to the second number.
    NamedSized(&'static str, usize, usize),
    /// Every message frame.
    Message,
    /// A message frame behind which more follow.
    More,
    /// The last frame of a message.
    Last,
    /// A message frame whose body has so many octets, from the first to the second number.
    Sized(usize, usize),
    /// A message frame whose body starts with this octet.
    Starts(u8),
    /// A message before READY.
    Early,
    /// A frame in the long form that would have fitted the short one.
    NeedlessLong,
    /// A frame with a reserved bit.
    Reserved,
    /// The frame with this number, from 0.
    Nth(usize),
    /// READY with a property whose name starts like this, letter for letter.
    Property(&'static str),
    /// READY with a property that RFC 37 does not have.
    OtherProperty,
    /// READY with a property value of so many octets, from the first to the second number.
    Value(usize, usize),
    /// READY with so many properties, from the first to the second number.
    Properties(usize, usize),
}

/// What is done to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It is lost.
    Drop,
    /// It comes twice.
    Double,
    /// It comes so many times.
    Times(usize),
    /// It comes behind the next one.
    Swap,
    /// Its flags have these bits too.
    Set(u8),
    /// Its flags have none of these bits.
    Clear(u8),
    /// It has the long form.
    Long,
    /// It announces one octet more than it has.
    Oversize,
    /// Its body has these octets at the end too.
    Append(&'static [u8]),
    /// Its body has so many octets less.
    Cut(usize),
    /// This bit pattern is flipped in the body octet at this offset.
    Flip(usize, u8),
    /// Its command has this name.
    Rename(&'static str),
    /// Its command has this data.
    Data(&'static [u8]),
    /// Its body is this.
    Body(&'static [u8]),
    /// Its command has the data of the first such command again.
    First,
    /// These octets come before it.
    Before(&'static [u8]),
    /// These octets come behind it.
    After(&'static [u8]),
    /// The connection closes instead.
    Close,
    /// The connection closes in the middle of it.
    Tear,
    /// The connection closes behind it.
    ThenClose,
    /// Nothing comes from there on.
    Stall,
}

/// How the application side is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// It receives nothing.
    Deaf,
    /// It receives everything twice.
    Twice,
    /// It receives the parts of a message as one.
    Merged,
    /// It receives the parts of a message as messages.
    Split,
    /// It receives the parts of a message in reverse order.
    Reversed,
    /// It receives the first of more parts only.
    FirstPart,
    /// It receives no empty parts.
    NoEmptyParts,
    /// It receives parts without their last octet.
    CutShort,
    /// It receives at most 255 octets of a part.
    Octets255,
    /// The first part of what it receives is always this one.
    SameAddress,
    /// What it sends is lost.
    SendsNothing,
    /// It sends everything twice.
    SendsTwice,
    /// It sends the parts of a message in reverse order.
    SendsReversed,
    /// It sends parts without their last octet.
    SendsCutShort,
    /// Its subscriptions and cancels are lost.
    NeverSubscribes,
    /// Its cancels are lost.
    NeverCancels,
    /// It subscribes to everything.
    SubscribesToAll,
    /// It subscribes twice.
    SubscribesTwice,
    /// Its options are ignored.
    NoOptions,
    /// A socket gives so many connections, and never another.
    Links(usize),
    /// A connecting peer comes back at once, whatever happened.
    ReturnsAtOnce,
    /// The same, in its own time.
    ReturnsLate,
    /// The end of a connection ends all others of its socket.
    EndsAll,
    /// Messages reach the first peer, whoever they are for.
    ToFirst,
    /// Messages reach every peer.
    ToAll,
    /// All but the first peer are heard when it has received 50 messages.
    Starves,
    /// What is refused seems to work: the message is lost, or one is made up.
    NeverRefuses,
    /// It receives an empty part in front of the others.
    KeepsDelimiter,
    /// What it cannot send at once is lost, where it should wait.
    DropsWhenFull,
    /// As a publisher it waits for room, where it should drop.
    WaitsWhenFull,
}
