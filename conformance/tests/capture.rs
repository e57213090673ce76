//! Captures become the octets of connections, whatever the order and the overlap of segments.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::Command;
use std::time::Duration;

use etherparse::PacketBuilder;
use pcap_file::pcap::{PcapPacket, PcapWriter};
use zeroproof_conformance::capture::{Capture, is_capture};

/// A segment of one TCP direction: from, to, sequence number, payload.
type Segment<'a> = (u16, u16, u32, &'a [u8]);

fn pcap(segments: &[Segment<'_>]) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    for (at, (from, to, sequence, payload)) in segments.iter().enumerate() {
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
            .tcp(*from, *to, *sequence, 1024);
        let mut packet = Vec::new();
        builder.write(&mut packet, payload).unwrap();
        let length = u32::try_from(packet.len()).unwrap();
        let time = Duration::from_millis(u64::try_from(at).unwrap());
        writer.write_packet(&PcapPacket::new(time, length, &packet)).unwrap();
    }
    writer.into_writer()
}

#[test]
fn segments_are_put_in_order_and_repeats_count_once() {
    let start = u32::MAX - 2;
    let file = pcap(&[
        (1000, 2000, start, b"abc"),
        (1000, 2000, 3, b"ghi"),
        (1000, 2000, 0, b"def"),
        (1000, 2000, start, b"abcd"),
        (2000, 1000, 7, b"xyz"),
    ]);
    assert!(is_capture(&file));
    let connections = Capture::read(&file).unwrap().connections();
    let [(_, sent, received)] = &connections[..] else { panic!("{connections:?}") };
    assert_eq!((&sent[..], &received[..]), (&b"abcdefghi"[..], &b"xyz"[..]));
}

#[test]
fn a_gap_ends_a_stream_and_noise_is_refused() {
    let file = pcap(&[(1000, 2000, 10, b"abc"), (1000, 2000, 20, b"later")]);
    let connections = Capture::read(&file).unwrap().connections();
    assert_eq!(connections.first().unwrap().1, b"abc");
    assert!(!is_capture(b"\xff\x00\x00\x00"));
    assert!(Capture::read(&file[..10]).is_err());
    // A cut or damaged file is told or read as far as it goes, and never a panic.
    for cut in 0..file.len() {
        let _ = Capture::read(&file[..cut]);
    }
}

#[test]
fn decode_shows_both_directions_of_a_capture() {
    let greeting = zeroproof_conformance::octets::greeting().build();
    let file = pcap(&[
        (40000, 5555, 1, &greeting),
        (5555, 40000, 1, &greeting),
        (40000, 5555, 65, b"\x04\x0b\x09SUBSCRIBEA"),
        (5555, 40000, 65, b"\x00\x02hi"),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    std::fs::write(&path, file).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_zeroproof")).arg("decode").arg(&path).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    for line in
        ["127.0.0.1:40000 > 127.0.0.1:5555", "greeting 3.1 NULL", "SUBSCRIBE \"A\"", "\"hi\""]
    {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
}
