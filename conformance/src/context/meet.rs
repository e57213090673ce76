//! How a connection begins, in the words of the SUT's own version: greetings and READY in 3.x, one
//! greeting with type and identity in 2.0. What is said behind it is then the same.

use super::Context;
use crate::octets::{Greeting, greeting, opening_v2, ready};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::verdict::Stop;

impl Context {
    /// Both greetings on a raw connection, and the NULL handshake. Toward a SUT of 2.0 the greeting
    /// holds what of these properties 2.0 has: `Socket-Type` and `Identity`.
    ///
    /// # Errors
    /// As [`Context::handshake`].
    pub async fn meet(
        &mut self,
        link: &mut Link,
        ours: Greeting,
        properties: &[(&str, &[u8])],
    ) -> Result<(), Stop> {
        if self.version < (3, 0) {
            return self.meet_as_20(link, properties).await;
        }
        link.write(ours.build()).await?;
        link.greeting().await?;
        self.handshake(link, &ready(properties)).await
    }

    /// As [`Context::meet`], with the usual greeting and as the usual counterpart.
    ///
    /// # Errors
    /// As [`Context::handshake`].
    pub async fn meet_as_usual(&mut self, link: &mut Link) -> Result<(), Stop> {
        let kind = self.kind.counterpart().name().as_bytes();
        self.meet(link, greeting(), &[("Socket-Type", kind)]).await
    }

    async fn meet_as_20(
        &mut self,
        link: &mut Link,
        properties: &[(&str, &[u8])],
    ) -> Result<(), Stop> {
        let value = |name| properties.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        let kind = value("Socket-Type").and_then(|kind| std::str::from_utf8(kind).ok());
        let Some(code) = kind.and_then(SocketType::parse).and_then(SocketType::code) else {
            return Err(Stop::NotApplicable("a socket type that 2.0 has".to_owned()));
        };
        link.write(opening_v2(1, code, value("Identity").unwrap_or_default())).await?;
        let what = "a 2.0 greeting";
        let closed = "the connection was closed";
        // Their identity is a frame as any other.
        match (link.octets(12, what).await?, link.frame(what).await?) {
            (Some(_), Some(_)) => Ok(()),
            _ => Err(link.fail("closed", what, closed)),
        }
    }
}
