//! What a run says to people and to programs. The terminal's form ([`human`]) and the report
//! ([`json`]) are made of a run; every other form is made of a report, fresh or saved.

pub mod badge;
pub mod date;
pub mod dialogue;
pub mod diff;
pub mod github;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod lines;
pub mod markdown;
pub mod packets;
pub mod pcap;
pub mod read;
pub mod score;
pub mod tap;
