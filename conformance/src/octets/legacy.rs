//! Builders for the two older protocols: 1.0 (RFC 13) and 2.0 (RFC 15).

/// A 1.0 frame: length (which counts the flags octet), flags, body (13-FRAME-001, 13-FRAME-005).
pub fn frame_v1(flags: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len() as u64 + 1;
    let head = match u8::try_from(length) {
        Ok(short) if short < 0xFF => vec![short],
        _ => [&[0xFF], &length.to_be_bytes()[..]].concat(),
    };
    [&head[..], &[flags], body].concat()
}

/// The 1.0 greeting: an identity frame; an empty identity is the anonymous `01 00` (13-CONN-003).
pub fn identity_v1(identity: &[u8]) -> Vec<u8> {
    frame_v1(0, identity)
}

/// A 2.0 frame: the layout of 3.x without commands (15-FRAME-001, 15-FRAME-002).
pub fn frame_v2(flags: u8, body: &[u8]) -> Vec<u8> {
    super::frame(flags, body)
}

/// The 2.0 greeting: signature, revision, socket type code, identity frame (15-GREET-001).
pub fn opening_v2(revision: u8, socket_type: u8, identity: &[u8]) -> Vec<u8> {
    let signature = [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F];
    [&signature, &[revision, socket_type][..], &frame_v2(0, identity)].concat()
}
