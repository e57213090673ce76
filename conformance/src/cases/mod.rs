//! All cases, a folder an RFC, a file a section, in the order of the text.

mod curve26;
mod legacy;
mod many;
mod pair31;
mod pipeline30;
mod plain24;
mod publishing;
mod pubsub29;
mod queues;
mod reqrep28;
mod turns;
mod zap27;
mod zmtp13;
mod zmtp15;
mod zmtp23;
mod zmtp37;

use crate::case::Case;

/// Every case, in the order of ids.
pub fn all() -> Vec<&'static Case> {
    let rfcs = [
        zmtp37::ALL,
        zmtp23::ALL,
        zmtp15::ALL,
        zmtp13::ALL,
        plain24::ALL,
        curve26::ALL,
        zap27::ALL,
        reqrep28::ALL,
        pubsub29::ALL,
        pipeline30::ALL,
        pair31::ALL,
    ];
    let mut all: Vec<&'static Case> = rfcs.into_iter().flatten().copied().flatten().collect();
    all.sort_by_key(|case| case.id);
    all
}

/// The case with this id.
pub fn find(id: &str) -> Option<&'static Case> {
    all().into_iter().find(|case| case.id == id)
}
