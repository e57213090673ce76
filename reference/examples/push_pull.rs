//! Work for many hands: one PUSH deals jobs out, two PULLs take them, another PULL counts results.
//!
//! ```text
//! PUSH --job--> PULL worker PUSH --result--> PULL        cargo run --example push_pull
//! ```

use std::error::Error;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::{Refused, SocketType};

const JOBS: u32 = 1000;

/// Takes numbers, and passes their squares on.
async fn work(context: Context, jobs: String, results: String) -> Result<(), Refused> {
    let from = context.socket(SocketType::Pull)?;
    let to = context.socket(SocketType::Push)?;
    from.connect(&jobs)?;
    to.connect(&results)?;
    loop {
        let job = from.recv().await?;
        let text = String::from_utf8_lossy(job.first());
        let number: u64 = text.parse().unwrap_or_default();
        to.send((number * number).to_string()).await?;
    }
}

/// The sum of the squares of all numbers below [`JOBS`], by two workers.
async fn run() -> Result<u64, Box<dyn Error>> {
    let context = Context::new();
    let ventilator = context.socket(SocketType::Push)?;
    let sink = context.socket(SocketType::Pull)?;
    let jobs = ventilator.bind("tcp://127.0.0.1:*").await?.to_string();
    let results = sink.bind("tcp://127.0.0.1:*").await?.to_string();
    for _ in 0..2 {
        tokio::spawn(work(context.clone(), jobs.clone(), results.clone()));
    }
    tokio::spawn(async move {
        for number in 0..JOBS {
            ventilator.send(number.to_string()).await?;
        }
        // Waits until the last job has left.
        ventilator.close().await;
        Ok::<_, Refused>(())
    });
    let mut sum = 0;
    for _ in 0..JOBS {
        let result = sink.recv().await?;
        sum += String::from_utf8_lossy(result.first()).parse::<u64>()?;
    }
    Ok(sum)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("the sum of the squares is {}", run().await?);
    Ok(())
}
