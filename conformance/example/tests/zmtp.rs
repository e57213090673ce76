//! The suite on this library: twenty lines say how sockets are opened, the rest is the suite's.

use std::net::SocketAddr;

use zeroproof_conformance::case::Depth;
use zeroproof_conformance::in_process::{Failure, Implementation, OptionValue, Socket, Suite};
use zeroproof_conformance::socket_type::SocketType;
use zeroproof_example::{Kind, Socket as Own};

/// What is known and not mended yet, with reasons.
const KNOWN: &str = include_str!("known.toml");

struct Example;
struct Open(Kind, Own);

impl Implementation for Example {
    type Socket = Open;

    fn name(&self) -> &str {
        "example"
    }

    fn types(&self) -> Vec<SocketType> {
        vec![SocketType::Pull, SocketType::Push]
    }

    async fn open(&self, kind: SocketType, _: &[(&str, OptionValue)]) -> Result<Open, Failure> {
        let kind = if kind == SocketType::Push { Kind::Push } else { Kind::Pull };
        Ok(Open(kind, Own::new(kind)))
    }
}

impl Socket for Open {
    async fn bind(&self, to: SocketAddr) -> Result<SocketAddr, Failure> {
        self.1.bind(to).await.map_err(|error| Failure::refused(error.to_string()))
    }

    async fn connect(&self, to: SocketAddr) -> Result<(), Failure> {
        self.1.connect(to);
        Ok(())
    }

    async fn send(&self, parts: &[Vec<u8>]) -> Result<(), Failure> {
        match self.0 {
            Kind::Push => self.1.send(parts.to_vec()).await,
            Kind::Pull => return Err(Failure::state("a PULL does not send")),
        }
        Ok(())
    }

    async fn recv(&self) -> Result<Vec<Vec<u8>>, Failure> {
        match self.0 {
            Kind::Pull => Ok(self.1.recv().await),
            Kind::Push => Err(Failure::state("a PUSH does not receive")),
        }
    }
}

#[test]
fn this_library_keeps_the_clauses_of_zmtp() {
    let suite = Suite::new().expect(KNOWN);
    suite.unwrap().judge(Example).unwrap().assert();
}

#[test]
fn what_is_not_known_and_what_no_longer_comes_are_told() {
    let suite = Suite::new().level(Depth::Full).run("30/pull/fair");
    let failures = suite.judge(Example).unwrap().failures();
    assert!(failures.len() == 1 && failures.concat().contains("[starved]"), "{failures:?}");
    let stale = KNOWN.replace("30/pull/fair", "37/null/handshake");
    let suite = Suite::new().run("37/null/handshake").expect(&stale).unwrap();
    let failures = suite.judge(Example).unwrap().failures();
    assert!(failures.len() == 1 && failures.concat().contains("no longer comes"), "{failures:?}");
}

#[test]
fn a_pattern_that_matches_nothing_is_no_judgement() {
    let error = Suite::new().run("37/nothing/*").judge(Example).unwrap_err();
    assert!(error.contains("zeroproof list"), "{error}");
    let error = Suite::new().run("30/pull/fair").judge(Example).unwrap_err();
    assert!(error.contains("deeper"), "{error}");
}
