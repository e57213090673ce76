//! News for whoever wants it: an XPUB publishes, a SUB takes the topics that it subscribed to.
//!
//! ```text
//! XPUB --weather.…, sport.…--> SUB of "weather."         cargo run --example pub_sub
//! ```
//!
//! A publisher does not wait for anybody: what is sent before a subscription has arrived is gone.
//! An XPUB sees subscriptions come, so this one waits for the first.

use std::error::Error;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::{Message, SocketType};

const NEWS: [[&str; 2]; 4] = [
    ["weather.north", "snow"],
    ["sport.chess", "draw"],
    ["weather.south", "sun"],
    ["weather.end", ""],
];

/// What a subscriber to the weather gets.
async fn run() -> Result<Vec<Message>, Box<dyn Error>> {
    let context = Context::new();
    let publisher = context.socket(SocketType::Xpub)?;
    let subscriber = context.socket(SocketType::Sub)?;
    let endpoint = publisher.bind("tcp://127.0.0.1:*").await?;
    subscriber.subscribe("weather.")?;
    subscriber.connect(&endpoint.to_string())?;

    // 01, then the topic: somebody wants the weather.
    let wish = publisher.recv().await?;
    println!("somebody wants {:?}", wish.parts());
    for news in NEWS {
        publisher.send(news).await?;
    }
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last: &Message| last.first() != b"weather.end") {
        heard.push(subscriber.recv().await?);
    }
    Ok(heard)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for news in run().await? {
        println!("{:?}", news.parts());
    }
    Ok(())
}
