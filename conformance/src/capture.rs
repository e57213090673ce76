//! Captures (pcap and pcapng) as the octets of TCP connections: one stream a direction, in the
//! order of sequence numbers. Deliberately absent: IP fragments and anything but TCP.

use std::collections::BTreeMap;
use std::net::IpAddr;

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_file::DataLink;
use pcap_file::pcap::PcapReader;
use pcap_file::pcapng::{Block, PcapNgReader};

/// One direction of a TCP connection: from, to.
pub type Flow = ((IpAddr, u16), (IpAddr, u16));

/// Streams of a capture.
#[derive(Debug, Default)]
pub struct Capture {
    segments: BTreeMap<Flow, Vec<(u32, Vec<u8>)>>,
}

/// Whether octets start like a pcap or pcapng file.
pub fn is_capture(octets: &[u8]) -> bool {
    let magic: Option<&[u8; 4]> = octets.first_chunk();
    magic.is_some_and(|magic| {
        matches!(
            magic,
            [0xA1, 0xB2, 0xC3, 0xD4 | 0x3C]
                | [0xA1, 0xB2, 0x3C, 0x4D]
                | [0xD4, 0xC3, 0xB2, 0xA1]
                | [0x4D, 0x3C, 0xB2, 0xA1]
                | [0x0A, 0x0D, 0x0D, 0x0A]
        )
    })
}

impl Capture {
    /// Reads a capture file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(octets: &[u8]) -> Result<Self, String> {
        let mut capture = Self::default();
        if octets.first() == Some(&0x0A) {
            let mut reader = PcapNgReader::new(octets).map_err(|error| error.to_string())?;
            let mut links = Vec::new();
            while let Some(block) = reader.next_block() {
                match block.map_err(|error| error.to_string())? {
                    Block::InterfaceDescription(interface) => links.push(interface.linktype),
                    Block::EnhancedPacket(packet) => {
                        let at = usize::try_from(packet.interface_id).unwrap_or(usize::MAX);
                        let link = links.get(at).copied().unwrap_or(DataLink::ETHERNET);
                        capture.packet(link, &packet.data);
                    }
                    _ => {}
                }
            }
        } else {
            let mut reader = PcapReader::new(octets).map_err(|error| error.to_string())?;
            let link = reader.header().datalink;
            while let Some(packet) = reader.next_packet() {
                let packet = packet.map_err(|error| error.to_string())?;
                capture.packet(link, &packet.data);
            }
        }
        Ok(capture)
    }

    fn packet(&mut self, link: DataLink, octets: &[u8]) {
        let sliced = match link {
            DataLink::ETHERNET => SlicedPacket::from_ethernet(octets),
            DataLink::LINUX_SLL => SlicedPacket::from_linux_sll(octets),
            // Loopback of BSD: four octets of address family in front.
            DataLink::NULL | DataLink::LOOP => {
                SlicedPacket::from_ip(octets.get(4..).unwrap_or_default())
            }
            _ => SlicedPacket::from_ip(octets),
        };
        let Ok(SlicedPacket { net: Some(net), transport: Some(TransportSlice::Tcp(tcp)), .. }) =
            sliced
        else {
            return;
        };
        let (from, to): (IpAddr, IpAddr) = match net {
            NetSlice::Ipv4(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            NetSlice::Ipv6(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            NetSlice::Arp(_) => return,
        };
        if tcp.payload().is_empty() {
            return;
        }
        let flow = ((from, tcp.source_port()), (to, tcp.destination_port()));
        let segment = (tcp.sequence_number(), tcp.payload().to_vec());
        self.segments.entry(flow).or_default().push(segment);
    }

    /// The connections: each with its first sender's flow, the octets that side sent, and those of
    /// the other side. Retransmitted octets count once; a gap ends a stream.
    pub fn connections(&self) -> Vec<(Flow, Vec<u8>, Vec<u8>)> {
        let mut all = Vec::new();
        for (&(from, to), segments) in &self.segments {
            let back = self.segments.get(&(to, from));
            if back.is_some() && to < from {
                continue;
            }
            let other = back.map(|segments| joined(segments)).unwrap_or_default();
            all.push(((from, to), joined(segments), other));
        }
        all
    }
}

fn joined(segments: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let Some(&(first, _)) = segments.first() else { return Vec::new() };
    let mut placed: Vec<(i32, &[u8])> = segments
        .iter()
        .map(|(sequence, octets)| (sequence.wrapping_sub(first).cast_signed(), octets.as_slice()))
        .collect();
    placed.sort_by_key(|(at, _)| *at);
    let start = placed.first().map_or(0, |(at, _)| *at);
    let mut stream = Vec::new();
    for (at, octets) in placed {
        let at = usize::try_from(i64::from(at) - i64::from(start)).unwrap_or(usize::MAX);
        match stream.len().checked_sub(at) {
            Some(known) => stream.extend_from_slice(octets.get(known..).unwrap_or_default()),
            None => break,
        }
    }
    stream
}
