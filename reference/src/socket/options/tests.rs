//! The table against the manual of libzmq: names, numbers, defaults, ranges and types.
//!
//! Deliberately absent: what options do; the tests of whoever reads the fields judge that.

use super::value::INT_MAX;
use super::*;
use SocketType::{Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Stream, Sub, Xpub, Xsub};
use core::time::Duration;
use std::collections::BTreeSet;

const TYPES: [SocketType; 12] =
    [Req, Rep, Dealer, Router, Pub, Sub, Xpub, Xsub, Push, Pull, Pair, Stream];

/// Every option of `zmq_setsockopt(3)` and `zmq_getsockopt(3)` of libzmq 4.3.5, the names that are
/// only aliases included.
const MANUAL: &str = "
    affinity backlog bindtodevice busy_poll conflate connect_rid connect_routing_id
    connect_timeout curve_publickey curve_secretkey curve_server curve_serverkey disconnect_msg
    events fd gssapi_plaintext gssapi_principal gssapi_principal_nametype gssapi_server
    gssapi_service_principal gssapi_service_principal_nametype handshake_ivl heartbeat_ivl
    heartbeat_timeout heartbeat_ttl hello_msg hiccup_msg identity immediate in_batch_size
    invert_matching ipc_filter_gid ipc_filter_pid ipc_filter_uid ipv4only ipv6 last_endpoint
    linger maxmsgsize mechanism metadata multicast_hops multicast_loop multicast_maxtpdu
    norm_block_size norm_buffer_size norm_mode norm_num_autoparity norm_num_parity norm_push
    norm_segment_size norm_unicast_nack only_first_subscribe out_batch_size plain_password
    plain_server plain_username priority probe_router rate rcvbuf rcvhwm rcvmore rcvtimeo
    reconnect_ivl reconnect_ivl_max reconnect_stop recovery_ivl req_correlate req_relaxed
    router_handover router_mandatory router_notify router_raw routing_id sndbuf sndhwm sndtimeo
    socks_password socks_proxy socks_username stream_notify subscribe tcp_accept_filter
    tcp_keepalive tcp_keepalive_cnt tcp_keepalive_idle tcp_keepalive_intvl tcp_maxrt thread_safe
    topics_count tos type unsubscribe use_fd vmci_buffer_max_size vmci_buffer_min_size
    vmci_buffer_size vmci_connect_timeout xpub_manual xpub_manual_last_value xpub_nodrop
    xpub_verbose xpub_verboser xpub_welcome_msg xsub_verbose_unsubscribe zap_domain
    zap_enforce_domain";

/// Numbers: name, default, smallest, largest.
const NUMBERS: &[(&str, i64, i64, i64)] = &[
    ("sndhwm", 1000, 0, INT_MAX),
    ("rcvhwm", 1000, 0, INT_MAX),
    ("sndhwm_octets", 262_144, 0, INT_MAX),
    ("rcvhwm_octets", 262_144, 0, INT_MAX),
    ("maxmsgsize", -1, -1, i64::MAX),
    ("linger", -1, -1, INT_MAX),
    ("sndtimeo", -1, -1, INT_MAX),
    ("rcvtimeo", -1, -1, INT_MAX),
    ("handshake_ivl", 30_000, 0, INT_MAX),
    ("heartbeat_ivl", 0, 0, INT_MAX),
    ("heartbeat_timeout", -1, -1, INT_MAX),
    ("reconnect_ivl", 100, -1, INT_MAX),
    ("reconnect_ivl_max", 0, 0, INT_MAX),
    ("reconnect_stop", 0, 0, 7),
    ("backlog", 100, 0, INT_MAX),
    ("sndbuf", -1, -1, INT_MAX),
    ("rcvbuf", -1, -1, INT_MAX),
    ("tos", 0, 0, 255),
    ("connect_timeout", 0, 0, INT_MAX),
    ("tcp_maxrt", 0, 0, INT_MAX),
    ("tcp_keepalive", -1, -1, 1),
    ("tcp_keepalive_cnt", -1, -1, INT_MAX),
    ("tcp_keepalive_idle", -1, -1, INT_MAX),
    ("tcp_keepalive_intvl", -1, -1, INT_MAX),
];

/// Switches: name, default, types that take them.
const FLAGS: &[(&str, bool, &[SocketType])] = &[
    ("immediate", false, &TYPES),
    ("conflate", false, &TYPES),
    ("invert_matching", false, &TYPES),
    ("ipv6", false, &TYPES),
    ("plain_server", false, &TYPES),
    ("curve_server", false, &TYPES),
    ("zap_enforce_domain", false, &TYPES),
    ("router_mandatory", false, &[Router]),
    ("router_handover", false, &[Router]),
    ("probe_router", false, &[Router, Dealer, Req]),
    ("req_correlate", false, &[Req]),
    ("req_relaxed", false, &[Req]),
    ("xpub_verbose", false, &[Xpub]),
    ("xpub_verboser", false, &[Xpub]),
    ("xpub_manual", false, &[Xpub]),
    ("xpub_nodrop", false, &[Xpub, Pub]),
    ("only_first_subscribe", false, &[Xpub, Xsub]),
    ("stream_notify", true, &[Stream]),
];

/// Octets: name, fewest, most (as far as is tried).
const OCTETS: &[(&str, usize, usize)] = &[
    ("routing_id", 1, 255),
    ("plain_username", 0, 255),
    ("plain_password", 0, 255),
    ("zap_domain", 0, 255),
    ("bindtodevice", 0, 15),
];

fn names<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeSet<&'a str> {
    rows.map(|row| row.name).collect()
}

fn value(options: &Options, name: &str) -> Value {
    options.value(name).expect(name).expect(name)
}

#[test]
fn every_option_of_the_manual_is_offered_or_refused_with_a_reason() {
    let mut listed: BTreeSet<&str> = names(table());
    assert_eq!(listed.len(), table().count(), "a name occurs twice");
    for name in MANUAL.split_whitespace() {
        let mut options = Options::new(Dealer);
        let row = table::find(name).expect(name);
        listed.remove(row.name);
        if let Rule::Absent(reason) = row.rule {
            let refused = OptionError::NotOffered { name: row.name, reason };
            assert_eq!(options.set(name, 1), Err(refused.clone()));
            assert_eq!(options.value(name), Err(refused));
            assert!(reason.len() > 10, "{name}: {reason}");
        } else {
            assert!(row.doc.ends_with('.'), "{name} has no line");
        }
    }
    let ours = ["sndhwm_octets", "rcvhwm_octets", "swap", "swap_dir", "swap_durable"];
    assert_eq!(listed, BTreeSet::from(ours), "ours alone");
}

#[test]
fn numbers_of_libzmq_name_one_option_each() {
    let numbers: Vec<u16> = table().filter_map(|row| row.number).collect();
    let different: BTreeSet<u16> = numbers.iter().copied().collect();
    assert_eq!(different.len(), numbers.len());
    assert!(!different.contains(&0), "only ours have none");
}

#[test]
fn numbers_have_their_default_and_their_range() {
    for &(name, default, min, max) in NUMBERS {
        let mut options = Options::new(Pair);
        assert_eq!(value(&options, name), Value::Int(default), "{name}");
        let allowed = table::find(name).unwrap().allowed();
        for wrong in [min.checked_sub(1), max.checked_add(1), Some(i64::MIN)].iter().flatten() {
            let refused = options.set(name, *wrong);
            assert_eq!(refused, Err(OptionError::Value { name, allowed }), "{wrong}");
        }
        for wrong in [Value::from("1"), Value::from(true), Value::from(b"1")] {
            assert!(options.set(name, wrong).is_err(), "{name}");
        }
        assert_eq!(value(&options, name), Value::Int(default), "{name}, after refusals");
        for right in [min, max, 1, default] {
            assert_eq!(options.set(name, right), Ok(Change::Stored), "{name} {right}");
            let off = name.starts_with("tcp_keepalive_") && right == 0;
            assert!(off || value(&options, name) == Value::Int(right), "{name} {right}");
        }
        assert_eq!(options, Options::new(Pair), "{name} is no inverse");
    }
}

#[test]
fn switches_have_their_default_and_belong_to_their_types() {
    for &(name, default, types) in FLAGS {
        for socket_type in TYPES {
            let mut options = Options::new(socket_type);
            assert_eq!(value(&options, name), Value::Bool(default), "{name}");
            let set = options.set(name, !default);
            if types.contains(&socket_type) {
                assert_eq!(set, Ok(Change::Stored), "{name} {socket_type}");
                assert_eq!(value(&options, name), Value::Bool(!default), "{name}");
                assert_eq!(options.set(name, i64::from(default)), Ok(Change::Stored));
                assert_eq!(options, Options::new(socket_type), "{name} is no inverse");
                for wrong in [Value::Int(2), Value::Int(-1), "1".into()] {
                    let refused = OptionError::Value { name, allowed: Allowed::Flag };
                    assert_eq!(options.set(name, wrong), Err(refused));
                }
            } else {
                assert_eq!(set, Err(OptionError::NotForType { name, socket_type }));
            }
        }
    }
}

#[test]
fn octets_have_their_lengths() {
    for &(name, min, max) in OCTETS {
        let mut options = Options::new(Dealer);
        assert_eq!(value(&options, name), Value::Bytes(Vec::new()), "{name}");
        for length in [min, max] {
            let octets = vec![b'a'; length];
            assert_eq!(options.set(name, octets.clone()), Ok(Change::Stored), "{name}");
            assert_eq!(value(&options, name), Value::Bytes(octets));
        }
        let wrong = [Some(max + 1), min.checked_sub(1)];
        for length in wrong.into_iter().flatten() {
            let allowed = table::find(name).unwrap().allowed();
            let refused = options.set(name, vec![b'a'; length]);
            assert_eq!(refused, Err(OptionError::Value { name, allowed }), "{name} {length}");
        }
    }
    let mut options = Options::new(Pair);
    for name in ["plain_username", "plain_password", "zap_domain"] {
        assert_eq!(options.set(name, "!~"), Ok(Change::Stored));
        for wrong in [" ", "a b", "\u{7f}", "\0", "é"] {
            let refused = OptionError::Value { name, allowed: Allowed::Visible };
            assert_eq!(options.set(name, wrong), Err(refused), "{name} {wrong}");
        }
    }
    let mut options = Options::new(Router);
    for name in ["routing_id", "identity", "connect_routing_id", "connect_rid"] {
        assert!(options.set(name, b"\0a").is_err(), "{name}: a leading zero is reserved");
        assert_eq!(options.set(name, "é"), Ok(Change::Stored), "text is its UTF-8");
    }
    assert_eq!(options.routing.routing_id, "é".as_bytes());
}

#[test]
fn without_end_and_switched_off_are_none_to_the_engine() {
    let mut options = Options::new(Xpub);
    let ms = Duration::from_millis;
    for (name, number) in [
        ("sndhwm", 0),
        ("linger", 0),
        ("heartbeat_ivl", 250),
        ("heartbeat_ttl", 1999),
        ("handshake_ivl", 0),
        ("reconnect_ivl", -1),
        ("reconnect_stop", 5),
        ("maxmsgsize", 0),
        ("tcp_keepalive", 0),
        ("tcp_keepalive_idle", 60),
    ] {
        assert_eq!(options.set(name, number), Ok(Change::Stored), "{name}");
    }
    assert_eq!(options.queues.sndhwm, 0, "no bound");
    assert_eq!(options.timing.linger, Some(Duration::ZERO));
    assert_eq!(options.timing.handshake_ivl, None);
    assert_eq!(options.timing.reconnect_ivl, None);
    let stop =
        ReconnectStop { conn_refused: true, handshake_failed: false, after_disconnect: true };
    assert_eq!(options.timing.reconnect_stop, stop);
    assert_eq!(options.queues.maxmsgsize, Some(0));
    assert_eq!(options.tcp.keepalive.on, Some(false));
    assert_eq!(options.tcp.keepalive.idle, Some(Duration::from_secs(60)));
    assert_eq!(options.timing.heartbeat().timeout, ms(250), "as the interval unless told");
    assert_eq!(options.timing.heartbeat().ttl, ms(1900), "tenths of a second");
    assert_eq!(options.set("heartbeat_timeout", 0), Ok(Change::Stored));
    assert_eq!(options.timing.heartbeat().timeout, Duration::MAX, "never");
}

#[test]
fn times_are_counted_in_the_unit_of_the_option() {
    let mut options = Options::new(Pair);
    let time = Duration::from_millis(2500);
    assert_eq!(options.set("linger", time), Ok(Change::Stored));
    assert_eq!(value(&options, "linger"), Value::Int(2500));
    assert_eq!(options.set("tcp_keepalive_idle", time), Ok(Change::Stored));
    assert_eq!(value(&options, "tcp_keepalive_idle"), Value::Int(2));
    assert!(options.set("sndhwm", time).is_err(), "messages are no time");
    assert!(options.set("linger", Duration::MAX).is_err());
}

#[test]
fn the_mechanism_follows_what_was_set_last() {
    let key = Value::from(&[7; 32]);
    let z85 = Value::from("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
    let rows = [
        ("plain_server", Value::from(1), 1, true),
        ("plain_username", "admin".into(), 1, false),
        ("plain_password", "".into(), 0, false),
        ("curve_server", true.into(), 2, true),
        ("curve_secretkey", key.clone(), 2, true),
        ("curve_publickey", key.clone(), 2, true),
        ("curve_serverkey", z85, 2, false),
        ("curve_server", 0.into(), 0, false),
        ("plain_password", "secret".into(), 1, false),
        ("curve_secretkey", key, 2, false),
        ("plain_server", 0.into(), 0, false),
    ];
    let mut options = Options::new(Pair);
    for (name, given, mechanism, server) in rows {
        assert_eq!(options.set(name, given), Ok(Change::Stored), "{name}");
        assert_eq!(value(&options, "mechanism"), Value::Int(mechanism), "{name}");
        assert_eq!(options.security.as_server, server, "{name}");
    }
    assert_eq!(options.security.curve_serverkey[..2], [0xBB, 0x88]);
    for wrong in [vec![7; 31], vec![7; 33], vec![b'~'; 40], vec![b'a'; 41]] {
        let refused = OptionError::Value { name: "curve_serverkey", allowed: Allowed::Key };
        assert_eq!(options.set("curve_serverkey", wrong), Err(refused));
    }
    let shown = format!("{options:?}");
    assert!(!shown.contains("secret") && !shown.contains("115, 101, 99"), "{shown}");
}

#[test]
fn what_is_an_order_or_a_fact_is_told_apart() {
    let mut options = Options::new(Sub);
    let change = options.set("subscribe", "a");
    assert_eq!(change, Ok(Change::Subscribe(b"a".to_vec())));
    assert_eq!(options.set("unsubscribe", ""), Ok(Change::Unsubscribe(Vec::new())));
    assert!(options.set("subscribe", 1).is_err());
    for name in ["subscribe", "unsubscribe", "metadata"] {
        assert_eq!(options.value(name), Err(OptionError::WriteOnly(name)));
    }
    for name in ["type", "last_endpoint", "events", "thread_safe", "mechanism"] {
        assert_eq!(options.set(name, 1), Err(OptionError::ReadOnly(name)));
    }
    assert_eq!(options.value("events"), Ok(None), "the socket knows");
    assert_eq!(value(&options, "last_endpoint"), "".into());
    assert_eq!(options.value("SNDHWM"), Err(OptionError::Unknown("SNDHWM".to_owned())));
    let numbers = TYPES.map(|each| value(&Options::new(each), "type").as_int().unwrap());
    assert_eq!(numbers, [3, 4, 5, 6, 1, 2, 9, 10, 8, 7, 0, 11]);
}

#[test]
fn a_publisher_subscribes_on_behalf_of_peers_only_in_manual_mode() {
    let mut options = Options::new(Xpub);
    let refused = OptionError::NotForType { name: "subscribe", socket_type: Xpub };
    assert_eq!(options.set("subscribe", "a"), Err(refused));
    assert_eq!(options.set("xpub_manual", 1), Ok(Change::Stored));
    assert_eq!(options.set("subscribe", "a"), Ok(Change::Subscribe(b"a".to_vec())));
    assert_eq!(options.set("xpub_verboser", 1), Ok(Change::Stored));
    assert!(options.pubsub.xpub_verbose, "verboser is verbose");
    assert_eq!(options.set("xpub_verbose", 1), Ok(Change::Stored));
    assert!(!options.pubsub.xpub_verboser, "verbose is not verboser");
}

#[test]
fn properties_are_added_one_by_one() {
    let mut options = Options::new(Req);
    for (given, taken) in [
        ("X-key:value", true),
        ("X-KEY:a:b", true),
        ("x-key:value", false),
        ("key:value", false),
        ("X-key:", false),
        ("X-key", false),
        ("X-k y:value", false),
        ("X-b:c", true),
    ] {
        assert_eq!(options.set("metadata", given).is_ok(), taken, "{given}");
    }
    let held = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
    assert_eq!(options.routing.metadata, [held("X-key", b"a:b"), held("X-b", b"c")]);
    assert!(options.set("metadata", format!("X-{}:v", "a".repeat(254)).as_str()).is_err());
}

#[test]
fn octets_bound_queues_only_where_the_sender_waits() {
    let limited = |options: &Options| {
        let limited = |bound: Bound| bound.octets != 0;
        (limited(options.send_bound()), limited(options.receive_bound()))
    };
    for socket_type in TYPES {
        let sends = [Req, Dealer, Push, Pull, Pair].contains(&socket_type);
        let receives = ![Sub, Xsub].contains(&socket_type);
        assert_eq!(limited(&Options::new(socket_type)), (sends, receives), "{socket_type}");
    }
    for (socket_type, name) in [(Router, "router_mandatory"), (Pub, "xpub_nodrop")] {
        let mut options = Options::new(socket_type);
        assert_eq!(options.set(name, 1), Ok(Change::Stored));
        assert_eq!(limited(&options), (true, true), "{name} makes the sender wait");
    }
}

#[test]
fn conflate_works_on_the_types_of_the_manual() {
    for socket_type in TYPES {
        let mut options = Options::new(socket_type);
        assert_eq!(options.set("conflate", true), Ok(Change::Stored));
        let meant = [Dealer, Push, Pull, Pub, Sub].contains(&socket_type);
        assert_eq!(options.conflates(), meant, "{socket_type}");
    }
}
