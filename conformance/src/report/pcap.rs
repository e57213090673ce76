//! The octets of a result as a pcapng capture, under made-up Ethernet, IPv4 and TCP: for tools that
//! dissect ZMTP. The SUT is 127.0.0.2, the tester 127.0.0.1, whoever binds has port 5555. Notes
//! stand as comments of packets. Deliberately absent: what was really below TCP.

use std::borrow::Cow;
use std::time::Duration;

use etherparse::PacketBuilder;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::{DataLink, Endianness};

use super::json::{CaseReport, Dir};

/// Where whoever binds listens.
const PORT: u16 = 5555;
/// The port of the first connection's other end.
const FIRST: u16 = 40_000;
/// Octets of one segment.
const SEGMENT: usize = 16 << 10;
const WINDOW: u16 = 65_000;

/// The name of the file of a result: id and axes, with no character that a shell or a file system
/// minds.
pub fn file_name(case: &CaseReport) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '-' };
    let name: String = format!("{}.{}", case.id, case.axes).chars().map(safe).collect();
    format!("{}.pcapng", name.trim_start_matches('.'))
}

/// The capture.
///
/// # Errors
/// What the writers of packets and blocks refuse.
pub fn capture(case: &CaseReport) -> Result<Vec<u8>, String> {
    let mut file = File::new()?;
    let mut links: Vec<Connection> = Vec::new();
    for step in &case.steps {
        let at = Duration::from_micros(step.t_us);
        while links.len() <= step.connection.min(usize::from(u16::MAX - FIRST)) {
            links.push(Connection::new(links.len(), case.axes.role == "bind"));
        }
        let Some(link) = links.get_mut(step.connection) else { continue };
        if !link.open {
            link.open = true;
            link.handshake(&mut file, at)?;
        }
        let octets = step.step().octets;
        let mut note = step.note.as_deref();
        for piece in octets.chunks(SEGMENT) {
            link.send(&mut file, at, step.dir, piece, Flag::Push, note.take())?;
        }
        match note {
            Some(closed) if closed.starts_with("closed") => {
                link.send(&mut file, at, step.dir, &[], Flag::Fin, Some(closed))?;
            }
            Some(note) => link.send(&mut file, at, step.dir, &[], Flag::Ack, Some(note))?,
            None => {}
        }
    }
    Ok(file.writer.into_inner())
}

struct File {
    writer: PcapNgWriter<Vec<u8>>,
}

impl File {
    fn new() -> Result<Self, String> {
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    Syn,
    SynAck,
    Ack,
    Push,
    Fin,
}

/// One made-up TCP connection: what each side sent so far.
struct Connection {
    open: bool,
    /// Ports of the tester and of the SUT.
    ports: (u16, u16),
    sut_binds: bool,
    /// The next sequence numbers of the tester and of the SUT.
    next: (u32, u32),
}

impl Connection {
    fn new(number: usize, sut_binds: bool) -> Self {
        let other = FIRST.saturating_add(u16::try_from(number).unwrap_or(u16::MAX));
        let ports = if sut_binds { (other, PORT) } else { (PORT, other) };
        Self { open: false, ports, sut_binds, next: (1000, 5000) }
    }

    fn handshake(&mut self, file: &mut File, at: Duration) -> Result<(), String> {
        let (dials, accepts) =
            if self.sut_binds { (Dir::Sent, Dir::Received) } else { (Dir::Received, Dir::Sent) };
        self.send(file, at, dials, &[], Flag::Syn, None)?;
        self.send(file, at, accepts, &[], Flag::SynAck, None)?;
        self.send(file, at, dials, &[], Flag::Ack, None)
    }

    fn send(
        &mut self,
        file: &mut File,
        at: Duration,
        dir: Dir,
        octets: &[u8],
        flag: Flag,
        note: Option<&str>,
    ) -> Result<(), String> {
        let (tester, sut) = ([127, 0, 0, 1], [127, 0, 0, 2]);
        let (from, to, ports) = match dir {
            Dir::Sent => (tester, sut, self.ports),
            Dir::Received => (sut, tester, (self.ports.1, self.ports.0)),
        };
        let (sequence, acknowledged) = match dir {
            Dir::Sent => self.next,
            Dir::Received => (self.next.1, self.next.0),
        };
        let mac = |[.., last]: [u8; 4]| [2, 0, 0, 0, 0, last];
        let tcp = PacketBuilder::ethernet2(mac(from), mac(to))
            .ipv4(from, to, 64)
            .tcp(ports.0, ports.1, sequence, WINDOW);
        let tcp = match flag {
            Flag::Syn => tcp.syn(),
            Flag::SynAck => tcp.syn().ack(acknowledged),
            Flag::Ack => tcp.ack(acknowledged),
            Flag::Push => tcp.psh().ack(acknowledged),
            Flag::Fin => tcp.fin().ack(acknowledged),
        };
        let mut packet = Vec::new();
        tcp.write(&mut packet, octets).map_err(|error| error.to_string())?;
        let counts = matches!(flag, Flag::Syn | Flag::SynAck | Flag::Fin);
        let advance = u32::try_from(octets.len()).unwrap_or(0).wrapping_add(u32::from(counts));
        let next = match dir {
            Dir::Sent => &mut self.next.0,
            Dir::Received => &mut self.next.1,
        };
        *next = next.wrapping_add(advance);
        file.packet(at, &packet, note)
    }
}
