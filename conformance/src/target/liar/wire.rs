//! What a liar reads of a stream it passes on: a greeting, then frames, whatever their flags say.
//! Lenient on purpose, since both the tester's stimuli and other liars' octets go through it.
//! Deliberately absent: 1.0 and 2.0 streams, which pass as they are.

use crate::octets::{COMMAND, GREETING_SIZE, LONG, MORE, header};

/// A frame that announces more is not held back for the liar to look at.
const HELD_MOST: u64 = 4 << 20;
/// Where a greeting says its major version.
const VERSION_AT: usize = 10;

/// Something whole on a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Octets of the greeting, the first at this offset.
    Greeting(usize, Vec<u8>),
    /// A frame, and how many frames came before it.
    Frame(usize, Frame),
    /// Octets of which nothing is known.
    Rest(Vec<u8>),
}

/// A frame as it is: the flags may be outside the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) flags: u8,
    pub(super) body: Vec<u8>,
}

impl Frame {
    pub(super) fn octets(&self) -> Vec<u8> {
        [&header(self.flags, self.body.len() as u64), &self.body[..]].concat()
    }

    pub(super) fn is_command(&self) -> bool {
        self.flags & COMMAND != 0
    }

    pub(super) fn has_more(&self) -> bool {
        self.flags & MORE != 0
    }

    /// Name and data of a command; `None` for a message or a name that does not fit.
    pub(super) fn command(&self) -> Option<(&[u8], &[u8])> {
        let (&size, rest) = self.body.split_first().filter(|_| self.is_command())?;
        rest.split_at_checked(usize::from(size))
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.command().is_some_and(|(is, _)| is == name.as_bytes())
    }

    /// Puts other data behind the name of a command, and fits the form to the size.
    pub(super) fn set_data(&mut self, data: &[u8]) {
        let name = self.command().map_or(0, |(name, _)| 1 + name.len());
        let mut body = self.body.clone();
        body.truncate(name);
        body.extend_from_slice(data);
        self.set_body(body);
    }

    /// Puts another body, and fits the form to the size.
    pub(super) fn set_body(&mut self, body: Vec<u8>) {
        if body.len() > 255 {
            self.flags |= LONG;
        }
        self.body = body;
    }
}

/// Cuts a stream into pieces.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    held: Vec<u8>,
    greeted: usize,
    frames: usize,
    raw: bool,
}

impl Scanner {
    /// The pieces that these octets complete.
    pub(super) fn take(&mut self, octets: &[u8]) -> Vec<Piece> {
        self.held.extend_from_slice(octets);
        let mut pieces = Vec::new();
        while !self.held.is_empty() {
            let piece = match () {
                () if self.raw => Piece::Rest(std::mem::take(&mut self.held)),
                () if self.greeted < GREETING_SIZE => self.greeting(),
                () => match self.frame() {
                    Some(piece) => piece,
                    None => break,
                },
            };
            pieces.push(piece);
        }
        pieces
    }

    /// What is held of a frame that is not whole: the stream has ended.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    fn greeting(&mut self) -> Piece {
        let at = self.greeted;
        let rest = self.held.split_off(self.held.len().min(GREETING_SIZE - at));
        let octets = std::mem::replace(&mut self.held, rest);
        let octet = |offset: usize| octets.get(offset.checked_sub(at)?);
        self.raw =
            octet(0).is_some_and(|&o| o != 0xFF) || octet(VERSION_AT).is_some_and(|&o| o < 3);
        self.greeted += octets.len();
        Piece::Greeting(at, octets)
    }

    fn frame(&mut self) -> Option<Piece> {
        let (&flags, rest) = self.held.split_first()?;
        let (size, head) = if flags & LONG == 0 {
            (u64::from(*rest.first()?), 2)
        } else {
            (u64::from_be_bytes(*rest.first_chunk()?), 9)
        };
        if size > HELD_MOST {
            self.raw = true;
            return Some(Piece::Rest(self.rest()));
        }
        let end = head + usize::try_from(size).ok()?;
        let body = self.held.get(head..end)?.to_vec();
        self.held.drain(..end);
        self.frames += 1;
        Some(Piece::Frame(self.frames - 1, Frame { flags, body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::octets::{frame, greeting, long_frame};

    #[test]
    fn a_stream_cut_anywhere_gives_back_its_octets() {
        let stream = [&greeting().build()[..], &frame(0xF9, b"ab"), &long_frame(0, b""), &[4, 9]];
        let stream = stream.concat();
        for cut in 0..=stream.len() {
            let mut scanner = Scanner::default();
            let (head, tail) = stream.split_at(cut);
            let pieces = scanner.take(head).into_iter().chain(scanner.take(tail));
            let mut octets = Vec::new();
            let mut frames = 0;
            for piece in pieces {
                match piece {
                    Piece::Greeting(at, some) => {
                        assert_eq!(at, octets.len());
                        octets.extend(some);
                    }
                    Piece::Frame(number, frame) => {
                        assert_eq!(number, frames);
                        frames += 1;
                        octets.extend(frame.octets());
                    }
                    Piece::Rest(some) => octets.extend(some),
                }
            }
            octets.extend(scanner.rest());
            assert_eq!((frames, octets), (2, stream.clone()), "cut at {cut}");
        }
    }

    #[test]
    fn older_peers_and_endless_frames_pass_as_they_are() {
        let mut older = Scanner::default();
        assert_eq!(older.take(&[1, 0]), [Piece::Greeting(0, vec![1, 0])]);
        assert_eq!(older.take(&[4, 0]), [Piece::Rest(vec![4, 0])]);
        let mut endless = Scanner::default();
        endless.take(&greeting().build());
        let head = header(LONG, u64::MAX);
        assert_eq!(endless.take(&head), [Piece::Rest(head.clone())]);
    }
}
