//! Peers that are wrong on purpose: a filter between the tester and an honest target that changes
//! what one of them sends, or what its application sees. Every case must catch some liar, or it
//! proves nothing. Deliberately absent: lies about one case; each [`Lie`] is a way to be wrong
//! that some implementation could have.

mod all;
mod application;
mod curve;
mod edit;
mod filter;
mod hub;
mod lie;
mod relay;
mod secure;
mod wire;

use std::rc::Rc;

use super::zap::{Warp, Zap};
use super::{About, Later, Offers, Options, Setting, Socket, SocketSpec, Target};
use crate::socket_type::SocketType;
use application::{Inbox, LyingSocket};

pub use lie::{Edit, Lapse, Lie, Trick, Which};

/// A PLAIN server that lets everybody in.
const OPEN_PLAIN: Options =
    &[("plain_server", Setting::Number(1)), ("zap_domain", Setting::Zap(Zap::Own))];

/// Options of a publisher that waits for room.
const WAITS: Options = &[("sndhwm", Setting::Number(10)), ("xpub_nodrop", Setting::Number(1))];

/// A target that tells a lie.
pub struct Liar {
    honest: Rc<dyn Target>,
    lie: Lie,
}

impl Liar {
    /// Puts a lie in front of an honest target.
    pub fn new(honest: Rc<dyn Target>, lie: Lie) -> Self {
        Self { honest, lie }
    }
}

impl Target for Liar {
    fn about(&self) -> About {
        About { name: format!("liar {:?}", self.lie), ..self.honest.about() }
    }

    fn offers(&self) -> Offers {
        self.honest.offers()
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        let spec = match self.lie {
            Lie::Application(Trick::NoOptions) => SocketSpec { options: &[], ..spec },
            Lie::Zap(Warp::AnyReply) if spec.zap() == Some(Zap::Absent) => {
                // Whoever needs no answer needs nobody to give one.
                let is_plain = spec.options.iter().any(|(name, _)| *name == "plain_server");
                SocketSpec { options: if is_plain { OPEN_PLAIN } else { &[] }, ..spec }
            }
            Lie::Application(Trick::WaitsWhenFull) if spec.kind == SocketType::Pub => {
                SocketSpec { options: WAITS, ..spec }
            }
            _ => spec,
        };
        if let Lie::Curve(lapse) = self.lie
            && spec.options.iter().any(|(name, _)| name.starts_with("curve_"))
        {
            return Box::pin(async move { Ok(curve::socket(spec, lapse)) });
        }
        Box::pin(async move {
            let honest = self.honest.open(spec).await?;
            let honest_target = Rc::clone(&self.honest);
            Ok(Rc::new(LyingSocket::new(honest_target, spec, honest, self.lie)) as Rc<dyn Socket>)
        })
    }

    fn buffers(&self) -> usize {
        self.honest.buffers()
    }

    fn death(&self) -> Option<String> {
        self.honest.death()
    }

    fn notice(&self) -> Later<'_, ()> {
        self.honest.notice()
    }

    fn restart(&self) -> Later<'_, ()> {
        self.honest.restart()
    }
}
