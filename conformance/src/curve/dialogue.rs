//! The way of a case to each stage of a CURVE handshake, and what it asks behind it.
//!
//! The SUT is the server where it binds and the client where it connects.

use super::client::{Client, Hello, Initiate, SeenHello, SeenInitiate};
use super::server::{Ready, SeenReady, SeenWelcome, Server, Welcome};
use super::tunnel::{COMMAND_FLAG, MORE_FLAG, Plain, Tunnel};
use crate::context::Context;
use crate::octets::{Frame, Greeting, greeting, hex, metadata, title};
use crate::probe::{Fate, Link};
use crate::target::Role;
use crate::verdict::{Finding, Stop};

/// A connection behind its handshake.
pub struct Secure {
    /// The octets.
    pub link: Link,
    /// The boxes.
    pub tunnel: Tunnel,
    /// Frames in clear or boxes that do not open, which must not be there: the first one.
    wrong: Option<Finding>,
}

/// The greeting of the tester under a mechanism, as the SUT's other end.
pub fn greeting_of(cx: &Context, mechanism: &str) -> Greeting {
    greeting().mechanism(mechanism).as_server(u8::from(cx.role == Role::Connect))
}

/// How a SUT ended a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It closed without a word.
    Closed,
    /// It sent ERROR, and need not have closed.
    Error(Frame),
    /// It sent something else that is no step of the handshake.
    Other(Frame),
}

/// The SUT must end the handshake: it closes or sends ERROR, and takes no further step.
///
/// # Errors
/// [`Stop::Fail`] when the handshake goes on, [`Stop::Hang`] when nothing happens.
pub async fn refused(link: &mut Link, why: &str) -> Result<Refused, Stop> {
    let expected = format!("{why} ends the handshake");
    let Some(frame) = link.frame(&expected).await? else { return Ok(Refused::Closed) };
    if ["WELCOME", "INITIATE", "READY"].iter().any(|step| frame.is(step)) {
        return Err(link.fail("accepted", expected, title(&frame)));
    }
    let is_error = frame.is("ERROR");
    Ok(if is_error { Refused::Error(frame) } else { Refused::Other(frame) })
}

/// A handshake with a SUT that is the server, up to its WELCOME: S' and the cookie.
///
/// # Errors
/// As [`Link::expect_command`]; [`Stop::Fail`] for a WELCOME that does not open.
pub async fn welcomed(cx: &mut Context) -> Result<(Link, Client, [u8; 32], [u8; 96]), Stop> {
    let link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    welcomed_on(cx, link).await
}

/// The same on a greeted connection.
async fn welcomed_on(
    cx: &mut Context,
    mut link: Link,
) -> Result<(Link, Client, [u8; 32], [u8; 96]), Stop> {
    let client = Client::new(&mut cx.entropy);
    let (transient, cookie) = welcome_of(&mut link, &client).await?;
    Ok((link, client, transient, cookie))
}

/// Sends HELLO on a greeted connection and opens WELCOME.
async fn welcome_of(link: &mut Link, client: &Client) -> Result<([u8; 32], [u8; 96]), Stop> {
    link.write(Hello::new(client).build(client)).await?;
    let frame = link.expect_command("WELCOME").await?;
    let opened = SeenWelcome::read(&frame)
        .and_then(|welcome| welcome.open(&client.transient, &client.server, b"WELCOME-"));
    opened.ok_or_else(|| link.fail("welcome", "a WELCOME that opens", hex(&frame.body)))
}

/// The tester's metadata.
pub(crate) fn usual_metadata(cx: &Context) -> Vec<u8> {
    metadata(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

/// A connection whose handshake is done, whichever side the SUT is on.
///
/// # Errors
/// [`Stop::Hang`] without a step by the deadline, [`Stop::Fail`] for a close or a wrong one.
pub async fn secured(cx: &mut Context) -> Result<Secure, Stop> {
    let link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    secured_on(cx, link).await
}

async fn secured_on(cx: &mut Context, mut link: Link) -> Result<Secure, Stop> {
    match cx.role {
        Role::Bind => {
            let (mut link, client, transient, cookie) = welcomed_on(cx, link).await?;
            let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
            initiate.metadata = usual_metadata(cx);
            link.write(initiate.build(&client, &transient)).await?;
            let frame = link.expect_command("READY").await?;
            let last = SeenReady::read(&frame).map(|ready| ready.counter).unwrap_or_default();
            let tunnel = Tunnel::of_client(&client.transient, &transient, 2, last);
            Ok(Secure::new(link, tunnel))
        }
        Role::Connect => {
            let server = Server::new(&mut cx.entropy);
            let hello = hello_of(&mut link).await?;
            let theirs = hello.transient;
            let welcome = Welcome::new(&server, &theirs, &mut cx.entropy);
            link.write(welcome.build(&server)).await?;
            let initiate = initiate_of(&mut link).await?;
            let ready = Ready::new(&usual_metadata(cx));
            link.write(ready.build(&server.transient, &theirs)).await?;
            let tunnel = Tunnel::of_server(&server.transient, &theirs, 1, initiate.counter);
            Ok(Secure::new(link, tunnel))
        }
    }
}

/// The HELLO of a SUT that is the client.
///
/// # Errors
/// As [`Link::expect_command`]; [`Stop::Fail`] for a body of another size.
pub(crate) async fn hello_of(link: &mut Link) -> Result<SeenHello, Stop> {
    let frame = link.expect_command("HELLO").await?;
    let seen = SeenHello::read(&frame);
    seen.ok_or_else(|| link.fail("hello", "a HELLO of 200 octets", hex(&frame.body)))
}

/// The INITIATE of a SUT that is the client.
///
/// # Errors
/// As [`Link::expect_command`]; [`Stop::Fail`] for a body that is too short.
pub(crate) async fn initiate_of(link: &mut Link) -> Result<SeenInitiate, Stop> {
    let frame = link.expect_command("INITIATE").await?;
    let seen = SeenInitiate::read(&frame);
    seen.ok_or_else(|| link.fail("initiate", "an INITIATE of 257 octets", hex(&frame.body)))
}

impl Secure {
    /// A connection whose handshake the case has made itself.
    pub fn new(link: Link, tunnel: Tunnel) -> Self {
        Self { link, tunnel, wrong: None }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// As [`Link::write`].
    pub async fn send<P: AsRef<[u8]>>(&mut self, parts: &[P]) -> Result<(), Stop> {
        let octets = self.tunnel.message(parts);
        self.link.write(octets).await?;
        self.link.release().await
    }

    /// What the next frame of the SUT holds.
    ///
    /// # Errors
    /// [`Stop::Fail`] for a frame in clear, a nonce that does not rise, a box that does not open.
    pub async fn plain(&mut self) -> Result<Plain, Stop> {
        let expected = "a MESSAGE that opens";
        match self.link.frame(expected).await? {
            Some(frame) => match self.tunnel.open(&frame) {
                Ok(plain) => Ok(plain),
                Err((slug, got)) => Err(self.link.fail(slug, expected, got)),
            },
            None => Err(self.link.fail("closed", expected, "the connection was closed")),
        }
    }

    /// The next whole message of the SUT.
    ///
    /// # Errors
    /// As [`Secure::plain`].
    pub async fn message(&mut self) -> Result<Vec<Vec<u8>>, Stop> {
        let mut parts = Vec::new();
        loop {
            let plain = self.plain().await?;
            if plain.flags & COMMAND_FLAG != 0 {
                continue;
            }
            parts.push(plain.payload);
            if plain.flags & MORE_FLAG == 0 {
                return Ok(parts);
            }
        }
    }

    /// Sends a PING in a box behind what was written, and tells what became of the connection and
    /// what its boxes held on the way.
    ///
    /// # Errors
    /// [`Stop::Fail`] for a frame in clear or a box that does not open.
    pub async fn fate(&mut self, cx: &mut Context) -> Result<(Fate, Vec<Plain>), Stop> {
        let nonce = cx.entropy.nonce();
        if cx.bench().pongs {
            let ping = self.tunnel.frame(COMMAND_FLAG, &[b"\x04PING\0\0", &nonce[..]].concat());
            self.link.write(ping).await?;
        }
        let Self { link, tunnel, wrong } = self;
        let mut plains = Vec::new();
        let after = link.watch(|frame| match tunnel.open(frame) {
            Ok(plain) if plain.is("PONG") && plain.payload.ends_with(&nonce) => true,
            Ok(plain) => {
                plains.push(plain);
                false
            }
            Err((slug, got)) => {
                wrong.get_or_insert_with(|| Finding::new(slug, "MESSAGEs that open", got));
                false
            }
        });
        let fate = after.await?.fate;
        match wrong.take() {
            Some(finding) => Err(Stop::Fail(finding)),
            None => Ok((fate, plains)),
        }
    }

    /// The SUT must close, without ERROR or anything else in clear on the way (26-MESSAGE-009).
    ///
    /// # Errors
    /// [`Stop::Fail`] when it goes on, or says something first.
    pub async fn must_close(&mut self, cx: &mut Context, why: &str) -> Result<(), Stop> {
        let expected = format!("{why} ends the connection");
        match self.fate(cx).await?.0 {
            Fate::Closed => Ok(()),
            Fate::Serving => Err(self.link.fail("accepted", expected, "a PING is answered")),
            Fate::Silent => self.must_close_in_time(expected).await,
        }
    }

    /// A close that must come is waited for as long as anything that must: some take their time.
    /// Whoever says something meanwhile goes on.
    async fn must_close_in_time(&mut self, expected: String) -> Result<(), Stop> {
        let got = match self.link.frame(&expected).await {
            Ok(None) => return Ok(()),
            Ok(Some(frame)) => format!("it goes on, with {}", title(&frame)),
            Err(Stop::Hang(_)) => "it stays open".to_owned(),
            Err(other) => return Err(other),
        };
        Err(self.link.fail("stays-open", expected, got))
    }
}
