//! Builders. Every field can be set to any value, since an illegal octet is a stimulus too.
//! Sizes follow the body unless [`header`] is used to lie about them.

use super::{COMMAND, LONG};

/// The 64 octets of a 3.x greeting, field by field (37-GREETING-001).
#[derive(Clone, Debug)]
pub struct Greeting {
    octets: [u8; 64],
}

/// A 3.1 greeting of a NULL peer: the usual start of a dialogue.
pub fn greeting() -> Greeting {
    let mut octets = [0; 64];
    octets[0] = 0xFF;
    octets[9] = 0x7F;
    octets[10] = 3;
    octets[11] = 1;
    Greeting { octets }.mechanism("NULL")
}

impl Greeting {
    /// Sets the version octets 10 and 11.
    pub fn version(self, major: u8, minor: u8) -> Self {
        self.octet(10, major).octet(11, minor)
    }

    /// Sets octets 12-31 to a name of at most 20 octets, filled up with zeros.
    pub fn mechanism(self, name: &str) -> Self {
        let mut field = [0; 20];
        for (slot, octet) in field.iter_mut().zip(name.bytes()) {
            *slot = octet;
        }
        self.octets_at(12, &field)
    }

    /// Sets octets 1-8.
    pub fn padding(self, padding: [u8; 8]) -> Self {
        self.octets_at(1, &padding)
    }

    /// Sets octet 32.
    pub fn as_server(self, value: u8) -> Self {
        self.octet(32, value)
    }

    /// Sets one octet; an offset past 63 is ignored.
    pub fn octet(mut self, offset: usize, value: u8) -> Self {
        if let Some(slot) = self.octets.get_mut(offset) {
            *slot = value;
        }
        self
    }

    /// Sets octets from `offset` on; what would pass octet 63 is ignored.
    pub fn octets_at(mut self, offset: usize, values: &[u8]) -> Self {
        for (slot, value) in self.octets.iter_mut().skip(offset).zip(values) {
            *slot = *value;
        }
        self
    }

    /// The 64 octets.
    pub fn build(&self) -> [u8; 64] {
        self.octets
    }
}

impl From<Greeting> for Vec<u8> {
    fn from(greeting: Greeting) -> Self {
        greeting.octets.to_vec()
    }
}

/// Flags and a size that need not be true: one octet, or eight when `flags` has LONG.
pub fn header(flags: u8, size: u64) -> Vec<u8> {
    let size = size.to_be_bytes();
    let size = if flags & LONG == 0 { &size[7..] } else { &size[..] };
    [&[flags], size].concat()
}

/// A frame with these flags; LONG is added when the body needs it.
pub fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let flags = if body.len() > 255 { flags | LONG } else { flags };
    [header(flags, body.len() as u64), body.to_vec()].concat()
}

/// A frame in the long form, whatever the size of its body (37-FRAME-004).
pub fn long_frame(flags: u8, body: &[u8]) -> Vec<u8> {
    [header(flags | LONG, body.len() as u64), body.to_vec()].concat()
}

/// A whole message: MORE on all frames but the last (37-MSG-002).
pub fn message<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    let last = parts.len().saturating_sub(1);
    let frames =
        parts.iter().enumerate().map(|(at, part)| frame(u8::from(at < last), part.as_ref()));
    frames.flatten().collect()
}

/// A command frame: length-prefixed name, then data (37-CMD-002).
pub fn command(name: &str, data: &[u8]) -> Vec<u8> {
    let name_size = u8::try_from(name.len()).unwrap_or(u8::MAX);
    frame(COMMAND, &[&[name_size], name.as_bytes(), data].concat())
}

/// One property: name length, name, four-octet value size, value (37-NULL-011).
pub fn property(name: &str, value: &[u8]) -> Vec<u8> {
    let name_size = u8::try_from(name.len()).unwrap_or(u8::MAX);
    let value_size = u32::try_from(value.len()).unwrap_or(u32::MAX);
    [&[name_size], name.as_bytes(), &value_size.to_be_bytes(), value].concat()
}

/// Properties one after the other.
pub fn metadata(properties: &[(&str, &[u8])]) -> Vec<u8> {
    properties.iter().flat_map(|(name, value)| property(name, value)).collect()
}

/// READY with these properties (37-NULL-010).
pub fn ready(properties: &[(&str, &[u8])]) -> Vec<u8> {
    command("READY", &metadata(properties))
}

/// ERROR with a reason of at most 255 octets (37-NULL-017).
pub fn error(reason: &str) -> Vec<u8> {
    let size = u8::try_from(reason.len()).unwrap_or(u8::MAX);
    command("ERROR", &[&[size], reason.as_bytes()].concat())
}

/// PING with a TTL in tenths of a second and a context (37-HB-002).
pub fn ping(ttl: u16, context: &[u8]) -> Vec<u8> {
    command("PING", &[&ttl.to_be_bytes(), context].concat())
}

/// PONG with a context (37-HB-006).
pub fn pong(context: &[u8]) -> Vec<u8> {
    command("PONG", context)
}

/// SUBSCRIBE to a topic (37-PUBSUB-002).
pub fn subscribe(topic: &[u8]) -> Vec<u8> {
    command("SUBSCRIBE", topic)
}

/// CANCEL of a topic (37-PUBSUB-003).
pub fn cancel(topic: &[u8]) -> Vec<u8> {
    command("CANCEL", topic)
}

/// JOIN of a group (37-RADIO-002).
pub fn join(group: &[u8]) -> Vec<u8> {
    command("JOIN", group)
}

/// LEAVE of a group (37-RADIO-003).
pub fn leave(group: &[u8]) -> Vec<u8> {
    command("LEAVE", group)
}
