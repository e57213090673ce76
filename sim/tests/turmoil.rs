//! The turmoil world: runs repeat, and it agrees with the tight one.
#![cfg(test)]

#[path = "turmoil/agree.rs"]
mod agree;
#[path = "turmoil/campaign.rs"]
mod campaign;
#[path = "turmoil/hunt.rs"]
mod hunt;
#[path = "turmoil/losses.rs"]
mod losses;
#[path = "turmoil/repeat.rs"]
mod repeat;
#[path = "turmoil/schedules.rs"]
mod schedules;
