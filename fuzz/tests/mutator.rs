//! What the mutator is worth: its octets fit, and most of them still get somewhere.
#![cfg(test)]

use zeroproof_fuzz::TARGETS;
use zeroproof_fuzz::drive::Link;
use zeroproof_fuzz::mutator::{Shape, mutate};
use zeroproof_fuzz::seeds::{self, frame, greeting, ready};
use zeroproof_reference::{Config, Role, SocketType};

/// libFuzzer's part, far simpler: one octet becomes another.
fn plain(data: &mut [u8], size: usize, _: usize) -> usize {
    if let Some(last) = data[..size].last_mut() {
        *last = last.wrapping_add(1);
    }
    size
}

fn mutated(shape: Shape, octets: &[u8], seed: u32, most: usize) -> Vec<u8> {
    let mut data = octets.to_vec();
    data.resize(most.max(octets.len()), 0);
    let size = mutate(shape, &mut data, octets.len(), seed, plain);
    assert!(size <= data.len(), "{size} octets do not fit into {}", data.len());
    data.truncate(size);
    data
}

#[test]
fn whatever_it_is_given_it_keeps_to_the_room_there_is() {
    for target in TARGETS {
        for (_, octets) in seeds::of(target.name).iter().take(8) {
            for seed in 0..40 {
                for room in [0, 1, 4096] {
                    mutated(target.shape, octets, seed, octets.len() + room);
                }
            }
        }
        for seed in 0..40 {
            mutated(target.shape, &[], seed, 100);
            mutated(target.shape, &[0xFF], seed, 1);
        }
    }
}

#[test]
fn sessions_stay_sessions() {
    let session = [greeting("NULL", 0), ready("PUSH"), frame(0, b"hi")].concat();
    let (mut ready, mut closed, mut new) = (0, 0, 0);
    for seed in 0..1000 {
        let octets = mutated(Shape::Session { head: 0 }, &session, seed, 4096);
        let mut link = Link::new(Config::new(Role::Binder, SocketType::Pull));
        link.feed(&octets);
        ready += u32::from(link.is_ready());
        closed += u32::from(link.closed.is_some());
        new += u32::from(octets != session);
    }
    assert!(ready > 400, "{ready} of 1000 finish their handshake");
    assert!((100..900).contains(&closed), "{closed} of 1000 are refused");
    assert!(new > 900, "{new} of 1000 are new");
}

#[test]
fn what_no_blind_change_would_hit_comes_soon() {
    let session = [greeting("NULL", 0), ready("PUSH")].concat();
    let mut current = session.clone();
    let mut seen = [false; 3];
    for seed in 0..20_000 {
        current = mutated(Shape::Session { head: 0 }, &current, seed, 2048);
        let has = |octets: &[u8]| current.windows(octets.len()).any(|window| window == octets);
        seen[0] |= has(b"\x04\x18\x04PING\0\x09");
        seen[1] |= has(b"\x06\0\0\0\0\0\0\x01");
        seen[2] |= has(b"Identity\0\0\0\xff");
        if seed % 50 == 0 {
            current.clone_from(&session);
        }
    }
    assert_eq!(seen, [true; 3], "a PING with 17 octets of context, a long command, an identity");
}
