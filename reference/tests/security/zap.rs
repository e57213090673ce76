//! ZAP requests and replies as message parts: the golden vectors, and everything malformed.

use zeroproof_reference::wire::frame::Header;
use zeroproof_reference::wire::zap::{Credentials, Malformed, Reply, Request, Status};
use zeroproof_reference::{Password, Violation};
use zeroproof_vectors::{Decoded, Verdict};

/// The bodies of all frames.
fn parts(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some((header, rest)) = Header::decode(octets).unwrap() {
        let (part, rest) = rest.split_at(header.size.try_into().unwrap());
        parts.push(part);
        octets = rest;
    }
    parts
}

#[test]
fn golden_vectors_decode_and_encode_back_or_are_malformed() {
    for vector in zeroproof_vectors::golden().unwrap().group("zap") {
        let parts = parts(vector.as_octets());
        let is_reply = vector.name.contains("reply");
        let back: Result<Vec<Vec<u8>>, Malformed> = if is_reply {
            Reply::decode(&parts, b"1").map(|reply| reply.parts(b"1"))
        } else {
            let request = Request::decode(&parts);
            request
                .map(|(id, request)| request.parts(id).iter().map(|part| part.to_vec()).collect())
        };
        match &vector.decoded {
            Some(Decoded::Message(expected)) => assert_eq!(back.as_ref(), Ok(expected)),
            _ => assert!(back.is_err(), "{}", vector.id),
        }
        assert_eq!(back.is_err(), vector.verdict == Verdict::Invalid, "{}", vector.id);
    }
}

#[test]
fn a_request_shows_what_the_mechanism_has() {
    let rows: [(Credentials, &[&[u8]]); 3] = [
        (Credentials::Null, &[b"NULL"]),
        (
            Credentials::Plain {
                username: b"admin".to_vec(),
                password: Password(b"secret".to_vec()),
            },
            &[b"PLAIN", b"admin", b"secret"],
        ),
        (Credentials::Curve([7; 32]), &[b"CURVE", &[7; 32]]),
    ];
    for (credentials, shown) in rows {
        let request = Request {
            domain: b"global".to_vec(),
            address: "::1".to_owned(),
            identity: b"BOB".to_vec(),
            credentials,
        };
        let parts = request.parts(b"id");
        let head: [&[u8]; 6] = [b"", b"1.0", b"id", b"global", b"::1", b"BOB"];
        assert_eq!(parts, [head.as_slice(), shown].concat());
        assert_eq!(Request::decode(&parts), Ok((b"id".as_slice(), request.clone())));
    }
}

#[test]
fn malformed_replies_are_named() {
    let long = [b'a'; 256];
    let good: [&[u8]; 7] = [b"", b"1.0", b"1", b"200", b"OK", b"joe", b"\x01X\0\0\0\0"];
    assert_eq!(Reply::decode(&good, b"1").map(|reply| reply.user_id), Ok("joe".to_owned()));
    let rows: [(usize, &[u8], Malformed); 10] = [
        (0, b"x", Malformed::Delimiter),
        (1, b"1.1", Malformed::Version(b"1.1".to_vec())),
        (1, b"", Malformed::Version(Vec::new())),
        (2, b"2", Malformed::RequestId(b"2".to_vec())),
        (3, b"201", Malformed::StatusCode(b"201".to_vec())),
        (3, b"400", Malformed::UserId),
        (4, &long, Malformed::Text(256)),
        (5, b"\xff", Malformed::Text(1)),
        (6, b"\x01X\0\0\0", Malformed::Metadata(Violation::PropertyTruncated)),
        (6, b"\0", Malformed::Metadata(Violation::PropertyNameEmpty)),
    ];
    for (at, part, malformed) in rows {
        let mut parts = good;
        parts[at] = part;
        assert_eq!(Reply::decode(&parts, b"1"), Err(malformed), "{at}");
    }
    assert_eq!(Reply::decode(&good[..6], b"1"), Err(Malformed::Parts(6)));
    assert_eq!(Reply::decode(&[], b"1"), Err(Malformed::Parts(0)));
}

#[test]
fn malformed_requests_are_named() {
    let long = [b'a'; 256];
    let good: [&[u8]; 8] = [b"", b"1.0", b"1", b"d", b"::1", b"", b"CURVE", &[7; 32]];
    let rows: [(usize, &[u8], Malformed); 6] = [
        (0, b"x", Malformed::Delimiter),
        (1, b"2.0", Malformed::Version(b"2.0".to_vec())),
        (3, &long, Malformed::Text(256)),
        (5, &long, Malformed::Identity(256)),
        (6, b"NULL", Malformed::Mechanism(b"NULL".to_vec())),
        (7, &[7; 31], Malformed::Mechanism(b"CURVE".to_vec())),
    ];
    for (at, part, malformed) in rows {
        let mut parts = good;
        parts[at] = part;
        assert_eq!(Request::decode(&parts), Err(malformed), "{at}");
    }
    assert_eq!(Request::decode(&good[..6]), Err(Malformed::Parts(6)));
}

#[test]
fn every_status_has_its_code() {
    let all = [Status::Success, Status::TemporaryError, Status::Refused, Status::InternalError];
    assert_eq!(all.map(Status::code), ["200", "300", "400", "500"]);
    for status in all {
        let parts = Reply::new(status).parts(b"7");
        let borrowed: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        assert_eq!(Reply::decode(&borrowed, b"7"), Ok(Reply::new(status)));
    }
}
