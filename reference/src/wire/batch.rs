//! Whole messages on their way: plain frames of ZMTP 3.1, one behind the other.
//!
//! ```text
//! send -> Batch (being written) -> session -> octets      every frame small: one buffer, one write
//! octets -> Chunk (being read) -> recv                    every message whole: no half one is here
//! ```
//!
//! What is queued is what travels, so that nothing is built per message. Bodies too large to copy
//! ride beside the buffer. Command frames may stand between messages; they do not count as such.
//! Deliberately absent: limits and judgement; octets of a peer are judged before they get here.

use crate::message::{Body, Message, Part, Parts};
use crate::wire::frame::{self, Header, Kind};
use bytes::Bytes;
use std::collections::VecDeque;

/// Octets from which a shared body is not copied.
const BESIDE_FROM: usize = 64 << 10;
/// Octets from which a body read from a chunk shares it; a smaller one must not pin a large one.
const SHARED_FROM: usize = 4 << 10;

/// A body that lies beside the buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Beside {
    /// Where it belongs: octets of the buffer before it.
    at: usize,
    body: Bytes,
}

/// Messages being queued.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Batch {
    octets: Vec<u8>,
    beside: VecDeque<Beside>,
    messages: usize,
    commands: usize,
    size: usize,
}

impl Batch {
    /// Appends one message: the parts of the envelope, then the others; together at least one.
    pub fn push(&mut self, envelope: &[Part<'_>], parts: &[Part<'_>]) {
        //= 37-MSG-001
        for part in envelope {
            let kind = if parts.is_empty() { Kind::Last } else { Kind::More };
            self.push_part(kind, *part);
        }
        if let Some((last, before)) = parts.split_last() {
            for part in before {
                self.push_part(Kind::More, *part);
            }
            self.push_part(Kind::Last, *last);
        }
        self.messages = self.messages.saturating_add(1);
    }

    fn push_part(&mut self, kind: Kind, part: Part<'_>) {
        let before = self.octets.len();
        match part {
            Part::Shared(body) if body.len() >= BESIDE_FROM => {
                let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
                Header { kind, size }.encode(&mut self.octets);
                self.beside.push_back(Beside { at: self.octets.len(), body: body.clone() });
                self.size = self.size.saturating_add(body.len());
            }
            Part::Shared(body) => frame::encode(kind, body, &mut self.octets),
            Part::Slice(body) => frame::encode(kind, body, &mut self.octets),
        }
        self.size = self.size.saturating_add(self.octets.len().saturating_sub(before));
    }

    /// Appends a command frame, which is no message.
    pub fn push_command(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        let before = self.octets.len();
        encode(&mut self.octets);
        self.commands = self.commands.saturating_add(1);
        self.size = self.size.saturating_add(self.octets.len().saturating_sub(before));
    }

    /// Appends all that another batch holds.
    pub fn append(&mut self, other: &Self) {
        let before = self.octets.len();
        self.octets.extend_from_slice(&other.octets);
        for Beside { at, body } in &other.beside {
            let at = at.saturating_add(before);
            self.beside.push_back(Beside { at, body: body.clone() });
        }
        self.messages = self.messages.saturating_add(other.messages);
        self.commands = self.commands.saturating_add(other.commands);
        self.size = self.size.saturating_add(other.size);
    }

    /// Messages in it.
    #[must_use]
    pub const fn messages(&self) -> usize {
        self.messages
    }

    /// Command frames in it.
    #[must_use]
    pub const fn commands(&self) -> usize {
        self.commands
    }

    /// Octets in it, headers and bodies beside the buffer included.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Drops everything and keeps the buffer.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.beside.clear();
        (self.messages, self.commands, self.size) = (0, 0, 0);
    }

    /// Drops the command frames and keeps the messages.
    pub fn drop_commands(&mut self) {
        if self.commands == 0 {
            return;
        }
        let mut chunk = Chunk::from(core::mem::take(self));
        while let Some(message) = chunk.next_message() {
            message.with_parts(|parts| self.push(&[], parts));
        }
    }

    /// Its frames, in order; nothing is copied.
    pub fn frames(&self) -> impl Iterator<Item = (Kind, &[u8])> {
        Frames { batch: self, at: 0, beside: 0 }
    }

    /// What to write, in order; with no large body it is one piece.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let mut begin = 0;
        let bodies = self.beside.iter().flat_map(move |Beside { at, body }| {
            let between = self.octets.get(begin..*at).unwrap_or_default();
            begin = *at;
            [between, &body[..]]
        });
        let end = self.beside.back().map_or(0, |beside| beside.at);
        bodies.chain([self.octets.get(end..).unwrap_or_default()]).filter(|p| !p.is_empty())
    }
}

/// A walk over the frames of a batch.
struct Frames<'a> {
    batch: &'a Batch,
    at: usize,
    beside: usize,
}

impl<'a> Iterator for Frames<'a> {
    type Item = (Kind, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let unread = self.batch.octets.get(self.at..)?;
        let (Header { kind, size }, rest) = Header::decode(unread).ok()??;
        let begin = self.at.saturating_add(unread.len().saturating_sub(rest.len()));
        match self.batch.beside.get(self.beside) {
            Some(Beside { at, body }) if *at == begin => {
                self.at = begin;
                self.beside = self.beside.saturating_add(1);
                Some((kind, body))
            }
            Some(_) | None => {
                let body = rest.get(..usize::try_from(size).ok()?)?;
                self.at = begin.saturating_add(body.len());
                Some((kind, body))
            }
        }
    }
}

impl From<&Message> for Batch {
    fn from(message: &Message) -> Self {
        let mut batch = Self::default();
        message.with_parts(|parts| batch.push(&[], parts));
        batch
    }
}

/// Messages being read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chunk {
    octets: Bytes,
    at: usize,
    beside: VecDeque<Beside>,
    messages: usize,
    size: usize,
}

/// A frame of a chunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// What it is.
    pub kind: Kind,
    /// Its body.
    pub body: Body,
}

/// Where a frame of a chunk is.
#[derive(Clone, Copy, Debug)]
struct Span {
    kind: Kind,
    begin: usize,
    size: usize,
    is_beside: bool,
}

impl Chunk {
    /// These octets, which hold so many messages, all of them whole, in plain frames.
    #[must_use]
    pub const fn new(octets: Bytes, messages: usize) -> Self {
        let size = octets.len();
        Self { octets, at: 0, beside: VecDeque::new(), messages, size }
    }

    /// Messages not read yet.
    #[must_use]
    pub const fn messages(&self) -> usize {
        self.messages
    }

    /// Octets that came in it, read or not, bodies beside the buffer included.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Reads the next message; commands before it are skipped.
    #[inline]
    pub fn next_message(&mut self) -> Option<Message> {
        loop {
            let span = self.next_span()?;
            match span.kind {
                Kind::Command => {}
                Kind::Last => return Some(Message::from(self.body(span))),
                Kind::More => return Some(Message::from(self.gather(span))),
            }
        }
    }

    fn gather(&mut self, first: Span) -> Vec<Body> {
        // Most have an envelope of one or two parts.
        let mut bodies = Vec::with_capacity(3);
        bodies.push(self.body(first));
        while let Some(span) = self.next_span() {
            bodies.push(self.body(span));
            if span.kind == Kind::Last {
                break;
            }
        }
        bodies
    }

    /// What the next frame is; `None` at the end.
    #[must_use]
    pub fn next_kind(&self) -> Option<Kind> {
        Header::decode(self.octets.get(self.at..)?).ok()?.map(|(header, _)| header.kind)
    }

    /// Reads the next frame, of a message or a command.
    pub fn next_frame(&mut self) -> Option<Frame> {
        let span = self.next_span()?;
        Some(Frame { kind: span.kind, body: self.body(span) })
    }

    /// Passes one frame; its body is to be taken next.
    #[inline]
    fn next_span(&mut self) -> Option<Span> {
        let unread = self.octets.get(self.at..)?;
        let (Header { kind, size }, rest) = Header::decode(unread).ok()??;
        let begin = self.at.saturating_add(unread.len().saturating_sub(rest.len()));
        let size = usize::try_from(size).ok()?;
        let is_beside = self.beside.front().is_some_and(|beside| beside.at == begin);
        self.at = if is_beside { begin } else { begin.saturating_add(size) };
        if kind == Kind::Last {
            self.messages = self.messages.saturating_sub(1);
        }
        Some(Span { kind, begin, size, is_beside })
    }

    #[inline]
    fn body(&mut self, span: Span) -> Body {
        let Span { begin, size, is_beside, .. } = span;
        let octets = self.octets.get(begin..).unwrap_or_default();
        match Body::copy_wide(octets, size) {
            Some(body) if !is_beside => body,
            Some(_) | None => self.other_body(span),
        }
    }

    /// One that is large, or lies at the end.
    #[cold]
    fn other_body(&mut self, Span { begin, size, is_beside, .. }: Span) -> Body {
        if is_beside {
            return self.beside.pop_front().map(|beside| beside.body.into()).unwrap_or_default();
        }
        let octets = begin..begin.saturating_add(size);
        match self.octets.get(octets.clone()) {
            Some(small) if size < SHARED_FROM => Body::copy(small),
            Some(_) => Body::from(self.octets.slice(octets)),
            None => Body::default(),
        }
    }
}

impl From<Batch> for Chunk {
    fn from(batch: Batch) -> Self {
        let Batch { octets, beside, messages, size, .. } = batch;
        Self { octets: octets.into(), at: 0, beside, messages, size }
    }
}
