//! What nobody thought of: oracles over octets, run by libFuzzer and by `cargo test`, file by file.
//!
//! ```text
//! choices drive named bounded states   octets as decisions; a link that is fed; what is told of it
//! mutator text seeds                   octets that get somewhere
//! greeting frame command metadata legacy zap      a codec against a model of ten lines
//! splits plain curve                              one link: whole = pieces, states, forgers
//! pair world                                      two engines, whole topologies
//! differential                                    two codecs of this repository, one verdict
//! decode adapter_protocol scenario_toml           what people and other programs write
//! swap                                            files of a log that somebody has been at
//! ```
//!
//! An oracle is a `fn(&[u8])` that panics when a promise is broken. Each has a liar, a planted bug
//! that it must find (`fuzz/liars/`). `fuzz/README.md` tells how to run them. Deliberately absent:
//! clocks and chance; the same octets always lead to the same end.

pub mod adapter_protocol;
pub mod bounded;
pub mod choices;
pub mod command;
pub mod curve;
pub mod decode;
pub mod differential;
pub mod drive;
pub mod frame;
pub mod greeting;
pub mod legacy;
pub mod metadata;
pub mod mutator;
pub mod named;
pub mod pair;
pub mod plain;
pub mod scenario_toml;
pub mod seeds;
pub mod splits;
pub mod states;
pub mod swap;
mod text;
pub mod world;
pub mod zap;

use mutator::Shape;

#[global_allocator]
static ALLOCATED: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// An oracle, and what its octets look like.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its program and its folders.
    pub name: &'static str,
    /// Panics when a promise is broken.
    pub judge: fn(&[u8]),
    /// What the mutator may know of its octets.
    pub shape: Shape,
}

/// All of them, by name.
pub const TARGETS: [Target; 16] = [
    of("adapter-protocol", adapter_protocol::judge, adapter_protocol::SHAPE),
    of("command", command::judge, command::SHAPE),
    of("curve", curve::judge, curve::SHAPE),
    of("decode", decode::judge, decode::SHAPE),
    of("differential", differential::judge, differential::SHAPE),
    of("frame", frame::judge, frame::SHAPE),
    of("greeting", greeting::judge, greeting::SHAPE),
    of("legacy", legacy::judge, legacy::SHAPE),
    of("metadata", metadata::judge, metadata::SHAPE),
    of("pair", pair::judge, pair::SHAPE),
    of("plain", plain::judge, plain::SHAPE),
    of("scenario-toml", scenario_toml::judge, scenario_toml::SHAPE),
    of("splits", splits::judge, splits::SHAPE),
    of("swap", swap::judge, swap::SHAPE),
    of("world", world::judge, world::SHAPE),
    of("zap", zap::judge, zap::SHAPE),
];

const fn of(name: &'static str, judge: fn(&[u8]), shape: Shape) -> Target {
    Target { name, judge, shape }
}

/// The program of a target: libFuzzer's, or under every other build one that does nothing.
#[macro_export]
macro_rules! fuzz {
    ($target:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|octets: &[u8]| $crate::$target::judge(octets));

        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
            $crate::mutator::mutate(
                $crate::$target::SHAPE,
                &mut data[..most],
                size,
                seed,
                libfuzzer_sys::fuzzer_mutate,
            )
        });

        #[cfg(not(fuzzing))]
        fn main() {}
    };
}
