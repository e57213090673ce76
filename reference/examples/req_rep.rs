//! Question and answer: a REQ asks, a REP answers, in strict turns.
//!
//! ```text
//! REQ --question--> REP --answer--> REQ                  cargo run --example req_rep
//! ```

use std::error::Error;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::{Message, Refused, SocketType};

/// Answers for ever, in capitals.
async fn serve(
    context: Context,
    ready: tokio::sync::oneshot::Sender<String>,
) -> Result<(), Refused> {
    let server = context.socket(SocketType::Rep)?;
    let endpoint = server.bind("tcp://127.0.0.1:*").await?;
    let _ = ready.send(endpoint.to_string());
    loop {
        let question = server.recv().await?;
        server.send(question.first().to_ascii_uppercase()).await?;
    }
}

/// The answers to these questions.
async fn run(questions: &[&str]) -> Result<Vec<Message>, Box<dyn Error>> {
    let context = Context::new();
    let (ready, endpoint) = tokio::sync::oneshot::channel();
    tokio::spawn(serve(context.clone(), ready));

    let client = context.socket(SocketType::Req)?;
    // A server that does not answer in five seconds is not waited for.
    client.set("rcvtimeo", 5000)?;
    client.connect(&endpoint.await?)?;
    let mut answers = Vec::new();
    for question in questions {
        client.send(*question).await?;
        // To ask twice in a row would be refused: it is the turn of the other side.
        answers.push(client.recv().await?);
    }
    Ok(answers)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for answer in run(&["hello", "is anybody there?"]).await? {
        println!("{}", String::from_utf8_lossy(answer.first()));
    }
    Ok(())
}
