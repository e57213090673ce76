//! The scenarios that come with the program: the questions that users of ZeroMQ keep asking.

/// A scenario of the library.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Its name, and that of its file.
    pub name: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        /// All of them, by name.
        pub const LIBRARY: &[Known] = &[$(
            Known { name: $name, text: include_str!(concat!("../scenarios/", $name, ".toml")) },
        )*];
    };
}

library![
    "asymmetric-partition",
    "broker-restart",
    "conflate",
    "dealer-router-server-restart",
    "evil-peer",
    "fan-in-stalled-line",
    "fan-out-stalled-worker",
    "forwarder-restart",
    "half-open-with-heartbeat",
    "half-open-without-heartbeat",
    "immediate",
    "long-cut",
    "packet-loss",
    "paused-worker",
    "pub-sub-publisher-restart",
    "pub-sub-subscriber-away",
    "push-pull-binder-reset",
    "push-pull-connecter-reset",
    "push-pull-puller-dies",
    "req-relaxed",
    "req-reopen",
    "req-stuck",
    "resubscribe-storm",
    "router-dead-peer",
    "router-handover",
    "router-mandatory",
    "router-name-taken",
    "router-new-identity",
    "short-cut",
    "slow-joiner",
    "slow-subscriber",
    "slow-subscriber-nodrop",
    "swap-bit-rot",
    "swap-disk-full",
    "swap-power",
    "swap-power-none",
    "swap-restart-loop",
    "swap-sync-fails",
    "url-pipeline-ventilator-power",
    "url-pipeline-ventilator-power-heartbeat",
    "url-pipeline-worker-power",
];

/// The scenario of this name.
#[must_use]
pub fn known(name: &str) -> Option<&'static Known> {
    LIBRARY.iter().find(|known| known.name == name)
}
