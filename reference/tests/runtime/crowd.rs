//! Many tasks on several threads share sockets.

use super::talk::Outcome;
use std::sync::Arc;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::{Message, SocketType};

const TASKS: u16 = 8;
const EACH: u16 = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_share_sockets_lose_nothing_and_get_nothing_twice() -> Outcome {
    for endpoint in ["tcp://127.0.0.1:*", "ipc://*", "inproc://crowd"] {
        let context = Context::new();
        let pull = Arc::new(context.socket(SocketType::Pull)?);
        let push = Arc::new(context.socket(SocketType::Push)?);
        pull.set("rcvhwm", 20)?;
        push.set("sndhwm", 20)?;
        push.connect(&pull.bind(endpoint).await?.to_string())?;
        for task in 0..TASKS {
            let push = Arc::clone(&push);
            tokio::spawn(async move {
                for number in 0..EACH {
                    let number = (task * EACH + number).to_be_bytes();
                    push.send(number).await.unwrap();
                }
            });
        }
        let receivers: Vec<_> = (0..TASKS)
            .map(|task| {
                let pull = Arc::clone(&pull);
                tokio::spawn(async move {
                    let mut received = Vec::new();
                    while received.len() < usize::from(EACH) {
                        let left = usize::from(EACH) - received.len();
                        if task % 2 == 0 {
                            pull.recv_batch(&mut received, left.min(7)).await.unwrap();
                        } else {
                            received.push(pull.recv().await.unwrap());
                        }
                    }
                    received
                })
            })
            .collect();
        let mut all = Vec::new();
        for receiver in receivers {
            all.extend(receiver.await.unwrap());
        }
        all.sort();
        let sent = (0..TASKS * EACH).map(|number| Message::from(&number.to_be_bytes()));
        assert!(all.into_iter().eq(sent), "{endpoint}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_of_many_clients_gets_its_own_replies() -> Outcome {
    let context = Context::new();
    let router = Arc::new(context.socket(SocketType::Router)?);
    let endpoint = router.bind("tcp://127.0.0.1:*").await?.to_string();
    for _ in 0..4 {
        let router = Arc::clone(&router);
        tokio::spawn(async move {
            while let Ok(request) = router.recv().await {
                router.send(&request).await.unwrap();
            }
        });
    }
    let clients: Vec<_> = (0..20_u8)
        .map(|client| {
            let (context, endpoint) = (context.clone(), endpoint.clone());
            tokio::spawn(async move {
                let req = context.socket(SocketType::Req).unwrap();
                req.connect(&endpoint).unwrap();
                for number in 0..50 {
                    req.send([client, number]).await.unwrap();
                    assert_eq!(req.recv().await, Ok(Message::from(&[client, number])));
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    Ok(())
}
