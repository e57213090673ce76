//! The data files as they were when this crate was built. A test compares the lists with the
//! folders, so that no file is forgotten.

/// One file: its name below this crate, and its text.
type File = (&'static str, &'static str);

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../", $name)))
    };
}

pub(crate) const CLAUSES: [File; 22] = [
    file!("clauses/libzmq.json"),
    file!("clauses/rfc13.json"),
    file!("clauses/rfc15.json"),
    file!("clauses/rfc23.json"),
    file!("clauses/rfc24.json"),
    file!("clauses/rfc25.json"),
    file!("clauses/rfc26.json"),
    file!("clauses/rfc27.json"),
    file!("clauses/rfc28.json"),
    file!("clauses/rfc29.json"),
    file!("clauses/rfc30.json"),
    file!("clauses/rfc31.json"),
    file!("clauses/rfc37.json"),
    file!("clauses/rfc38.json"),
    file!("clauses/rfc39.json"),
    file!("clauses/rfc41.json"),
    file!("clauses/rfc45.json"),
    file!("clauses/rfc48.json"),
    file!("clauses/rfc49.json"),
    file!("clauses/rfc51.json"),
    file!("clauses/rfc52.json"),
    file!("clauses/swap.json"),
];

pub(crate) const GOLDEN: [File; 14] = [
    file!("golden/curve.json"),
    file!("golden/datagram.json"),
    file!("golden/error.json"),
    file!("golden/frame.json"),
    file!("golden/greeting.json"),
    file!("golden/heartbeat.json"),
    file!("golden/legacy.json"),
    file!("golden/plain.json"),
    file!("golden/radio.json"),
    file!("golden/ready.json"),
    file!("golden/subscription.json"),
    file!("golden/swap.json"),
    file!("golden/websocket.json"),
    file!("golden/zap.json"),
];

pub(crate) const IDS: &str = include_str!("../ids.lock");
