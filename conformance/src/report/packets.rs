//! pcapng files of made-up Ethernet, IPv4 and TCP, for tools that dissect what TCP carries.

use std::borrow::Cow;
use std::time::Duration;

use etherparse::PacketBuilder;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::{DataLink, Endianness};

/// Octets of one segment.
const SEGMENT: usize = 16 << 10;
const WINDOW: u16 = 65_000;

/// A capture that grows.
pub struct Packets {
    writer: PcapNgWriter<Vec<u8>>,
}

impl Packets {
    /// An empty one.
    ///
    /// # Errors
    /// What the writer of blocks refuses, as below.
    pub fn new() -> Result<Self, String> {
        let mut writer = PcapNgWriter::with_endianness(Vec::new(), Endianness::Little)
            .map_err(|error| error.to_string())?;
        let interface = InterfaceDescriptionBlock {
            linktype: DataLink::ETHERNET,
            snaplen: 0,
            options: vec![InterfaceDescriptionOption::IfTsResol(9)],
        };
        writer.write_pcapng_block(interface).map_err(|error| error.to_string())?;
        Ok(Self { writer })
    }

    /// The octets of the file.
    #[must_use]
    pub fn into_octets(self) -> Vec<u8> {
        self.writer.into_inner()
    }

    fn packet(&mut self, at: Duration, data: &[u8], note: Option<&str>) -> Result<(), String> {
        let comment = note.map(|note| EnhancedPacketOption::Comment(Cow::Borrowed(note)));
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: at,
            original_len: u32::try_from(data.len()).unwrap_or(u32::MAX),
            data: Cow::Borrowed(data),
            options: comment.into_iter().collect(),
        };
        self.writer.write_pcapng_block(block).map(|_| ()).map_err(|error| error.to_string())
    }
}

/// What a segment without octets says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flag {
    /// Nothing, but perhaps in a comment.
    Ack,
    /// The sender will send no more.
    Fin,
    /// The connection is over at once.
    Reset,
}

/// An IPv4 address and a port.
pub type End = ([u8; 4], u16);

/// One made-up connection. Side 0 has dialled.
pub struct Connection {
    ends: [End; 2],
    /// The next sequence number of each side.
    next: [u32; 2],
}

impl Connection {
    /// One that begins now.
    ///
    /// # Errors
    /// As [`Packets::new`].
    pub fn open(packets: &mut Packets, at: Duration, ends: [End; 2]) -> Result<Self, String> {
        let mut new = Self { ends, next: [1000, 5000] };
        new.segment(packets, at, 0, &[], (true, false), None)?;
        new.segment(packets, at, 1, &[], (true, true), None)?;
        new.tell(packets, at, 0, Flag::Ack, None)?;
        Ok(new)
    }

    /// Octets of a side; a note becomes the comment of the first packet.
    ///
    /// # Errors
    /// As [`Packets::new`].
    pub fn send(
        &mut self,
        packets: &mut Packets,
        at: Duration,
        side: usize,
        octets: &[u8],
        note: Option<&str>,
    ) -> Result<(), String> {
        let mut note = note;
        octets.chunks(SEGMENT).try_for_each(|piece| {
            self.segment(packets, at, side, piece, (false, true), note.take())
        })
    }

    /// A segment without octets.
    ///
    /// # Errors
    /// As [`Packets::new`].
    pub fn tell(
        &mut self,
        packets: &mut Packets,
        at: Duration,
        side: usize,
        flag: Flag,
        note: Option<&str>,
    ) -> Result<(), String> {
        let (packet, _) = self.build(side, &[], |tcp, acknowledged| match flag {
            Flag::Ack => tcp.ack(acknowledged),
            Flag::Fin => tcp.fin().ack(acknowledged),
            Flag::Reset => tcp.rst().ack(acknowledged),
        })?;
        self.advance(side, u32::from(flag == Flag::Fin));
        packets.packet(at, &packet, note)
    }

    fn segment(
        &mut self,
        packets: &mut Packets,
        at: Duration,
        side: usize,
        octets: &[u8],
        (is_syn, acknowledges): (bool, bool),
        note: Option<&str>,
    ) -> Result<(), String> {
        let (packet, length) = self.build(side, octets, |tcp, acknowledged| {
            let tcp = if is_syn { tcp.syn() } else { tcp.psh() };
            if acknowledges { tcp.ack(acknowledged) } else { tcp }
        })?;
        self.advance(side, length.wrapping_add(u32::from(is_syn)));
        packets.packet(at, &packet, note)
    }

    fn advance(&mut self, side: usize, by: u32) {
        self.next.get_mut(side).into_iter().for_each(|next| *next = next.wrapping_add(by));
    }

    fn build(
        &self,
        side: usize,
        octets: &[u8],
        flags: impl FnOnce(Tcp, u32) -> Tcp,
    ) -> Result<(Vec<u8>, u32), String> {
        let (mut ends, mut next) = (self.ends, self.next);
        if side == 1 {
            ends.reverse();
            next.reverse();
        }
        let [(from, port), (to, to_port)] = ends;
        let [sequence, acknowledged] = next;
        let mac = |[.., group, last]: [u8; 4]| [2, 0, 0, 0, group, last];
        let tcp = PacketBuilder::ethernet2(mac(from), mac(to))
            .ipv4(from, to, 64)
            .tcp(port, to_port, sequence, WINDOW);
        let mut packet = Vec::new();
        let tcp = flags(tcp, acknowledged);
        tcp.write(&mut packet, octets).map_err(|error| error.to_string())?;
        Ok((packet, u32::try_from(octets.len()).unwrap_or(0)))
    }
}

type Tcp = etherparse::PacketBuilderStep<etherparse::TcpHeader>;
