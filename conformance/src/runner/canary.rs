//! Before a run judges anybody it judges itself: one case on a built-in peer that must pass, on a
//! liar that must fail, on a mute one that must hang. A wrong canary is a bug in the suite.

use std::rc::Rc;
use std::time::Duration;

use crate::quiet::Quiet;
use crate::runner::attempt::{Job, attempt};
use crate::runner::{Axes, Instance, Profile, Survey};
use crate::socket_type::SocketType;
use crate::split::Split;
use crate::target::liar::{Liar, Lie};
use crate::target::memory::MemoryTarget;
use crate::target::{Role, SocketSpec, Target};
use crate::verdict::Verdict;

/// A canary and what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canary {
    /// The peer.
    pub lie: Lie,
    /// What the case must say of it.
    pub expected: Verdict,
    /// What it said.
    pub got: Verdict,
}

/// The case of the canaries: it reads the SUT's signature.
const CASE: &str = "37/greeting/signature";
/// A mute peer costs this long, in real time.
const DEADLINE: Duration = Duration::from_millis(50);

/// Runs the canaries, all at once; must be called inside a `LocalSet`.
pub async fn canaries() -> Vec<Canary> {
    let peers = [
        (Lie::Honest, Verdict::Pass),
        (Lie::Octet(9, 0x7E), Verdict::Fail),
        (Lie::Mute, Verdict::Hang),
    ];
    futures_util::future::join_all(
        peers.map(|(lie, expected)| async move { Canary { lie, expected, got: judge(lie).await } }),
    )
    .await
}

async fn judge(lie: Lie) -> Verdict {
    let Some(case) = crate::cases::find(CASE) else { return Verdict::NotRun };
    let honest: Rc<dyn Target> = Rc::new(MemoryTarget::default());
    let target: Rc<dyn Target> = Rc::new(Liar::new(Rc::clone(&honest), lie));
    let (kind, role) = (SocketType::Pull, Role::Bind);
    let quiet = Quiet::new(honest, SocketSpec { kind, role, options: &[] });
    let job = Job {
        target,
        quiet,
        pool: None,
        survey: Survey { kind, version: (3, 1), pongs: true },
        deadline: DEADLINE,
        seed: 0,
        profile: Profile::Default,
        repeat: 1,
    };
    let axes = Axes { kind, role, split: Split::Whole };
    attempt(job, Instance { case, axes }).await.verdict
}
