//! Frames of 3.x, and messages made of them (37-FRAME, 37-MSG).
//!
//! Octets: frames, one behind the other. Headers against a model, at every cut; frames to messages
//! and back, through the queues that the engine really uses.

use crate::mutator::Shape;
use crate::named::clause;
use bytes::Bytes;
use zeroproof_reference::wire::batch::{Batch, Chunk};
use zeroproof_reference::wire::frame::{Header, Kind, relabel};
use zeroproof_reference::{Part, wire::frame};

/// Frames from the first octet on.
pub const SHAPE: Shape = Shape::Frames { head: 0 };

/// Octets from which the engine does not copy a body.
const BESIDE_FROM: usize = 64 << 10;

/// Frames that are looked at: few, as there is more to find in many executions than in long ones.
const MOST: usize = 8;

/// A frame, and the octets of its header.
struct Seen<'a> {
    kind: Kind,
    header: usize,
    body: &'a [u8],
}

/// What stands at the start of these octets: kind, size and length of the header.
fn header(octets: &[u8]) -> Result<Option<(Kind, u64, usize)>, &'static str> {
    let Some(&flags) = octets.first() else { return Ok(None) };
    let kind = match flags {
        0 | 2 => Kind::Last,
        1 | 3 => Kind::More,
        4 | 6 => Kind::Command,
        5 | 7 => return Err("37-FRAME-012"),
        8.. => return Err("37-FRAME-008"),
    };
    let length = if flags & 2 == 0 { 1 } else { 8 };
    let Some(digits) = octets.get(1..1 + length) else { return Ok(None) };
    let size = digits.iter().fold(0_u64, |size, digit| size << 8 | u64::from(*digit));
    if size >> 63 == 1 { Err("37-FRAME-006") } else { Ok(Some((kind, size, 1 + length))) }
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let mut frames = Vec::new();
    let mut rest = octets;
    loop {
        let model = header(rest);
        let decoded = Header::decode(rest);
        match (model, decoded) {
            (Err(expected), Err(violation)) => {
                assert_eq!(clause(&violation), expected, "{:02x?}", rest.get(..9));
                break;
            }
            (Ok(None), Ok(None)) => break,
            (Ok(Some((kind, size, length))), Ok(Some((header, behind)))) => {
                assert_eq!((header.kind, header.size), (kind, size));
                assert_eq!(behind.len() + length, rest.len());
                early(rest.get(..length).unwrap_or_default());
                canonical(header);
                let body = usize::try_from(size).ok().and_then(|size| behind.get(..size));
                let Some(body) = body else { break };
                frames.push(Seen { kind, header: length, body });
                if frames.len() == MOST {
                    break;
                }
                rest = behind.get(body.len()..).unwrap_or_default();
            }
            (model, decoded) => {
                assert_eq!(format!("{decoded:?}"), format!("{model:?}"), "another verdict");
            }
        }
    }
    messages(octets, &frames);
}

/// A header that is not whole asks for more, at each cut.
fn early(octets: &[u8]) {
    for cut in 0..octets.len() {
        assert_eq!(Header::decode(octets.get(..cut).unwrap_or_default()), Ok(None), "at {cut}");
    }
}

fn canonical(header: Header) {
    let mut octets = Vec::new();
    header.encode(&mut octets);
    assert_eq!(Header::decode(&octets), Ok(Some((header, &[][..]))));
    assert_eq!(octets.len(), if header.size < 256 { 2 } else { 9 }, "37-FRAME-007");
    for kind in [Kind::Last, Kind::More, Kind::Command] {
        relabel(&mut octets, kind);
        assert_eq!(Header::decode(&octets), Ok(Some((Header { kind, ..header }, &[][..]))));
    }
}

/// What is sent for a body; one of three octets that begins so stands for a large one, which
/// no fuzzer would ever write.
fn grown(body: &[u8]) -> Bytes {
    match body {
        [0xBB, fill, more] => Bytes::from(vec![*fill; BESIDE_FROM - 2 + usize::from(more % 4)]),
        _ => Bytes::copy_from_slice(body),
    }
}

/// Whole messages and the commands between them, through a batch and a chunk.
fn messages(octets: &[u8], frames: &[Seen<'_>]) {
    let (mut batch, mut plain) = (Batch::default(), Vec::new());
    let (mut whole, mut open) = (Vec::new(), Vec::new());
    let (mut read, mut commands) = (0, 0);
    let mut whole_octets = 0;
    for Seen { kind, header, body } in frames {
        read += header + body.len();
        match kind {
            Kind::Command if open.is_empty() => {
                batch.push_command(|out| frame::encode(Kind::Command, body, out));
                frame::encode(Kind::Command, body, &mut plain);
                commands += 1;
                continue;
            }
            Kind::Command => break,
            Kind::More | Kind::Last => open.push((*kind, grown(body))),
        }
        if *kind == Kind::Last {
            let mut parts: Vec<Part<'_>> =
                open.iter().map(|(_, body)| Part::Shared(body)).collect();
            let behind = parts.split_off(parts.len() / 2);
            batch.push(&parts, &behind);
            open.iter().for_each(|(kind, body)| frame::encode(*kind, body, &mut plain));
            whole.push(open.iter().map(|(_, body)| body.to_vec()).collect::<Vec<_>>());
            open.clear();
            whole_octets = read;
        }
    }
    let counted = (batch.messages(), batch.commands(), batch.size());
    assert_eq!(counted, (whole.len(), commands, plain.len()));
    assert_eq!(batch.pieces().flatten().copied().collect::<Vec<u8>>(), plain);
    let mut twice = batch.clone();
    twice.append(&batch);
    assert_eq!(read_all(Chunk::from(twice)), [whole.clone(), whole.clone()].concat());
    assert_eq!(read_all(Chunk::from(batch.clone())), whole);
    batch.drop_commands();
    assert_eq!((batch.messages(), batch.commands()), (whole.len(), 0));
    assert_eq!(read_all(Chunk::from(batch)), whole);
    if !frames.iter().any(|frame| matches!(frame.body, [0xBB, _, _])) {
        let came = Bytes::copy_from_slice(octets.get(..whole_octets).unwrap_or_default());
        assert_eq!(read_all(Chunk::new(came, whole.len())), whole, "as it came");
    }
}

fn read_all(mut chunk: Chunk) -> Vec<Vec<Vec<u8>>> {
    let mut messages = Vec::new();
    let announced = chunk.messages();
    while let Some(message) = chunk.next_message() {
        messages.push(message.into_parts().iter().map(|part| part.to_vec()).collect());
    }
    assert_eq!((chunk.messages(), announced), (0, messages.len()));
    messages
}
