//! A clause: one sentence of a specification that can be obeyed or broken, in our own words.
//!
//! Deliberately absent: which test judges a clause. A test cites its clauses; the way back is
//! counted, not stored, so that it cannot grow stale.

use crate::error::Error;
use crate::record::Record;
use serde_json::Value;

/// Stands for an RFC in clauses that this project promises and no specification asks for.
const OURS: u16 = 99;

/// One numbered statement of a specification. Ids are for ever: see `ids.lock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// `37-GREETING-001`: number of the RFC (or `LZ`, or `ZP`), topic, running number.
    pub id: String,
    /// The RFC the clause is taken from; 0 stands for the documentation of libzmq, 99 for what this
    /// project promises.
    pub rfc: u16,
    /// The heading of the RFC under which the statement is found.
    pub section: String,
    /// How binding the statement is.
    pub level: Level,
    /// Whom it binds.
    pub role: Role,
    /// The statement, paraphrased.
    pub text: String,
    /// Where obedience can be seen.
    pub observable: Observable,
    /// How to see it: stimulus, expectation and verdict; or why it cannot be seen.
    pub how: String,
    /// Other RFCs in which the clause holds with the same meaning.
    pub also_rfc: Vec<u16>,
    /// What known implementations do.
    pub peers: Vec<PeerReport>,
    /// How we read a text that can be read in two ways.
    pub reading: Option<String>,
    /// The anchor in `open-questions.md` of the dispute that this clause is part of.
    pub dispute: Option<String>,
}

/// How binding a clause is, in the words of RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Required.
    Must,
    /// Forbidden.
    MustNot,
    /// Recommended.
    Should,
    /// Advised against.
    ShouldNot,
    /// Allowed.
    May,
    /// A fact of the grammar, or one that follows from it: no such word, and binding all the same.
    Grammar,
}

/// Whom a clause binds, that is, the part the judged implementation plays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Every peer.
    Any,
    /// The client of the security mechanism; under NULL, the side that connects.
    Client,
    /// The server of the security mechanism; under NULL, the side that binds.
    Server,
    /// The side that connects.
    Connecter,
    /// The side that binds.
    Binder,
    /// The side that sends the message in question.
    Sender,
    /// The side that receives the message in question.
    Receiver,
    /// The side that asks for authentication (ZAP).
    ZapServer,
    /// The side that decides about authentication (ZAP).
    ZapHandler,
    /// The side that opens the WebSocket.
    WsClient,
    /// The side that accepts the WebSocket.
    WsServer,
    /// A socket of this type, by its `Socket-Type` name.
    PeerAs(String),
}

/// Where obedience to a clause can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Observable {
    /// In the octets alone.
    Wire,
    /// In the octets together with what the application is told.
    Both,
    /// In what the application is told.
    Api,
    /// Nowhere; `how` says why.
    None,
}

/// What one implementation was found to do about a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReport {
    /// The implementation: `libzmq`.
    pub peer: String,
    /// The version this holds for.
    pub version: String,
    /// The finding.
    pub verdict: PeerVerdict,
    /// How the finding was made.
    pub basis: Basis,
    /// Details; for a deviation, what it does instead.
    pub note: Option<String>,
}

/// What an implementation does about a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeerVerdict {
    /// Obeys it.
    Conforms,
    /// Does something else, at least in the part that the note names.
    Deviates,
    /// Cannot be told.
    Unknown,
}

/// How a finding about an implementation was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The central stimulus of the clause was run against it.
    Probed,
    /// Its source was read.
    Source,
    /// Its documentation says so.
    Docs,
}

/// The two directions between a word of the format and the variant it stands for.
macro_rules! words {
    ($type:ident: $($variant:ident = $word:literal),+) => {
        impl $type {
            /// Every variant, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that stands for it in the data files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The variant that `word` stands for.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.as_str() == word)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words!(Level: Must = "MUST", MustNot = "MUST NOT", Should = "SHOULD", ShouldNot = "SHOULD NOT",
    May = "MAY", Grammar = "GRAMMAR");
words!(Observable: Wire = "wire", Both = "both", Api = "api", None = "none");
words!(PeerVerdict: Conforms = "conforms", Deviates = "deviates", Unknown = "unknown");
words!(Basis: Probed = "probed", Source = "source", Docs = "docs");

/// The names that `Socket-Type` can have.
pub const SOCKET_TYPES: [&str; 19] = [
    "REQ", "REP", "DEALER", "ROUTER", "PUB", "XPUB", "SUB", "XSUB", "PUSH", "PULL", "PAIR",
    "CLIENT", "SERVER", "RADIO", "DISH", "SCATTER", "GATHER", "PEER", "CHANNEL",
];

impl Role {
    /// The role that `word` stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if let Some(name) = word.strip_prefix("peer-as-") {
            return SOCKET_TYPES.contains(&name).then(|| Self::PeerAs(name.to_owned()));
        }
        Some(match word {
            "any" => Self::Any,
            "client" => Self::Client,
            "server" => Self::Server,
            "connecter" => Self::Connecter,
            "binder" => Self::Binder,
            "sender" => Self::Sender,
            "receiver" => Self::Receiver,
            "zap-server" => Self::ZapServer,
            "zap-handler" => Self::ZapHandler,
            "ws-client" => Self::WsClient,
            "ws-server" => Self::WsServer,
            _ => return None,
        })
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Any => "any",
            Self::Client => "client",
            Self::Server => "server",
            Self::Connecter => "connecter",
            Self::Binder => "binder",
            Self::Sender => "sender",
            Self::Receiver => "receiver",
            Self::ZapServer => "zap-server",
            Self::ZapHandler => "zap-handler",
            Self::WsClient => "ws-client",
            Self::WsServer => "ws-server",
            Self::PeerAs(name) => return f.pad(&format!("peer-as-{name}")),
        })
    }
}

impl Clause {
    pub(crate) fn read(mut from: Record, rfc: u16) -> Result<Self, Error> {
        let prefix = match rfc {
            0 => "LZ-".to_owned(),
            OURS => "ZP-".to_owned(),
            _ => format!("{rfc}-"),
        };
        let clause = Self {
            id: from.word("id", |id| id.starts_with(&prefix).then(|| id.to_owned()))?,
            rfc,
            section: from.text("section")?,
            level: from.word("level", Level::parse)?,
            role: from.word("role", Role::parse)?,
            text: from.text("text")?,
            observable: from.word("observable", Observable::parse)?,
            how: from.text("how")?,
            also_rfc: numbers(&mut from, "also_rfc")?,
            peers: peers(&mut from)?,
            reading: from.optional_text("reading")?,
            dispute: from.optional_text("dispute")?,
        };
        from.finish()?;
        Ok(clause)
    }
}

fn numbers(from: &mut Record, field: &str) -> Result<Vec<u16>, Error> {
    let items = from.optional_list(field)?;
    items.iter().map(|item| from.as_number(field, item)).collect()
}

fn peers(from: &mut Record) -> Result<Vec<PeerReport>, Error> {
    let Some(value) = from.optional("peers") else { return Ok(Vec::new()) };
    let mut reports = from.inner("peers", value)?;
    let named: Vec<(String, Value)> = reports.drain().into_iter().collect();
    let read = |(peer, value): (String, Value)| {
        let mut report = from.inner("peers", value)?;
        let found = PeerReport {
            peer,
            version: report.text("version")?,
            verdict: report.word("verdict", PeerVerdict::parse)?,
            basis: report.word("basis", Basis::parse)?,
            note: report.optional_text("note")?,
        };
        report.finish()?;
        Ok(found)
    };
    named.into_iter().map(read).collect()
}
