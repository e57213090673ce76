//! Sockets over a swap with real files: overflow, restarts, limits, and peers that go.

use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroproof_reference::error::Kind;
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::{Message, Refused, SocketType};

type Outcome = Result<(), Refused>;

/// An empty folder of this test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let name = format!("swap/{name}-{}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// A socket with a swap, and a small queue before it.
fn swapping(
    context: &Context,
    socket_type: SocketType,
    folder: &Path,
    durable: &str,
) -> Result<Socket, Refused> {
    let socket = context.socket(socket_type)?;
    socket.set("sndhwm", 10)?;
    socket.set("reconnect_ivl", 1)?;
    socket.set("swap", 1 << 20)?;
    socket.set("swap_dir", folder.to_str().unwrap())?;
    socket.set("swap_durable", durable)?;
    Ok(socket)
}

/// An address where nobody is.
async fn vacant(context: &Context) -> Result<String, Refused> {
    let socket = context.socket(SocketType::Pull)?;
    let bound = socket.bind("tcp://127.0.0.1:*").await?.to_string();
    socket.unbind(&bound).await?;
    Ok(bound)
}

async fn next(socket: &Socket) -> Message {
    let received = tokio::time::timeout(Duration::from_secs(20), socket.recv());
    received.await.expect("a message within 20 s").unwrap()
}

async fn expect(socket: &Socket, numbers: std::ops::Range<u32>) {
    for number in numbers {
        assert_eq!(next(socket).await, Message::from(number.to_string().as_str()));
    }
}

#[tokio::test]
async fn what_the_queue_has_no_room_for_waits_on_the_disk_and_comes_in_order() -> Outcome {
    let pairs = [
        (SocketType::Push, SocketType::Pull),
        (SocketType::Dealer, SocketType::Dealer),
        (SocketType::Pair, SocketType::Pair),
    ];
    for (ours, theirs) in pairs {
        let (context, folder) = (Context::new(), folder(&format!("overflow-{ours}")));
        let bound = vacant(&context).await?;
        let sender = swapping(&context, ours, &folder, "none")?;
        sender.connect(&bound)?;
        for number in 0..5_000 {
            sender.try_send(number.to_string().as_str())?;
        }
        assert_eq!(sender.swap().map(|swap| swap.messages), Some(4_990), "{ours}");
        let receiver = context.socket(theirs)?;
        receiver.bind(&bound).await?;
        expect(&receiver, 0..2_000).await;
        // Behind those that wait, not into the room that there is.
        for number in 5_000..6_000 {
            sender.send(number.to_string().as_str()).await?;
        }
        expect(&receiver, 2_000..6_000).await;
        sender.close().await;
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "{ours}: but the lock");
    }
    Ok(())
}

#[tokio::test]
async fn batches_are_kept_as_far_as_they_were_sent_and_in_order() -> Outcome {
    for durable in ["batch", "each"] {
        let folder = folder(&format!("batches-{durable}"));
        let bound = vacant(&Context::new()).await?;
        let messages: Vec<Message> =
            (0..2_000).map(|number: u32| Message::from(number.to_string().as_str())).collect();
        let mut sent = 0;
        {
            let push = swapping(&Context::new(), SocketType::Push, &folder, durable)?;
            push.set("swap", 30_000)?;
            push.set("linger", 0)?;
            push.connect(&bound)?;
            let refused = loop {
                match push.try_send_batch(&messages[sent..(sent + 300).min(2_000)]) {
                    Ok(more) => sent += more,
                    Err(refused) => break refused,
                }
            };
            // 21 to 24 octets of a record's head and a message's, and up to 4 of the message.
            assert_eq!(refused, Refused::WouldBlock, "{durable}");
            assert!((1_000..1_400).contains(&sent), "{durable}: {sent}");
            assert_eq!(push.try_send("one more"), Err(Refused::WouldBlock));
            push.close().await;
        }
        let context = Context::new();
        let push = swapping(&context, SocketType::Push, &folder, durable)?;
        push.connect(&bound)?;
        let pull = context.socket(SocketType::Pull)?;
        pull.bind(&bound).await?;
        push.send_batch(&[Message::from("the last")]).await?;
        expect(&pull, 0..u32::try_from(sent).unwrap()).await;
        assert_eq!(next(&pull).await, Message::from("the last"));
    }
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_comes_after_a_restart() -> Outcome {
    for durable in ["batch", "each"] {
        let folder = folder(&format!("restart-{durable}"));
        let bound = vacant(&Context::new()).await?;
        for life in 0..3 {
            let context = Context::new();
            let push = swapping(&context, SocketType::Push, &folder, durable)?;
            push.set("linger", 0)?;
            push.connect(&bound)?;
            for number in life * 40..(life + 1) * 40 {
                push.send(number.to_string().as_str()).await?;
            }
            push.close().await;
        }
        let context = Context::new();
        let push = swapping(&context, SocketType::Push, &folder, durable)?;
        push.connect(&bound)?;
        assert_eq!(push.take_swap_damage(), [], "{durable}");
        let pull = context.socket(SocketType::Pull)?;
        pull.bind(&bound).await?;
        expect(&pull, 0..120).await;
        push.send("120").await?;
        expect(&pull, 120..121).await;
        // In good order, so nothing comes twice.
        push.close().await;
        let push = swapping(&context, SocketType::Push, &folder, durable)?;
        push.connect(&bound)?;
        push.send("121").await?;
        expect(&pull, 121..122).await;
    }
    Ok(())
}

#[tokio::test]
async fn many_senders_share_a_sync_and_each_hears_of_its_own_message() -> Outcome {
    let (context, folder) = (Context::new(), folder("shared"));
    let pull = context.socket(SocketType::Pull)?;
    let bound = pull.bind("tcp://127.0.0.1:*").await?.to_string();
    let push = std::sync::Arc::new(swapping(&context, SocketType::Push, &folder, "batch")?);
    push.connect(&bound)?;
    let senders = (0..50).map(|number: u32| {
        let push = std::sync::Arc::clone(&push);
        tokio::spawn(async move { push.send(number.to_string().as_str()).await })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap()?;
    }
    let batch: Vec<Message> = (50..60).map(|n: u32| n.to_string().as_str().into()).collect();
    assert_eq!(push.send_batch(&batch).await, Ok(10));
    let mut came: Vec<u32> = Vec::new();
    for _ in 0..60 {
        came.push(String::from_utf8(next(&pull).await.first().to_vec()).unwrap().parse().unwrap());
    }
    came.sort_unstable();
    assert_eq!(came, (0..60).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn a_full_swap_makes_senders_wait_and_loses_nothing() -> Outcome {
    for durable in ["none", "batch", "each"] {
        let (context, folder) = (Context::new(), folder(&format!("full-{durable}")));
        let bound = vacant(&context).await?;
        let push = swapping(&context, SocketType::Push, &folder, durable)?;
        push.set("swap", 16 << 10)?;
        push.connect(&bound)?;
        let too_large = push.try_send(vec![0; 20_000]);
        // The queue itself takes any message while it has room.
        if durable != "none" {
            assert_eq!(too_large.unwrap_err().kind(), Kind::MessageSize, "{durable}");
        }
        let mut sent = 0_u32;
        while push.try_send(sent.to_string().as_str()).is_ok() {
            sent += 1;
        }
        assert!(sent > 300, "{durable}: {sent} fit");
        assert_eq!(push.try_send("x"), Err(Refused::WouldBlock), "{durable}");
        let pull = context.socket(SocketType::Pull)?;
        pull.bind(&bound).await?;
        if durable == "none" {
            assert_eq!(next(&pull).await.first().len(), 20_000);
        }
        expect(&pull, 0..sent).await;
        push.send("more").await?;
        assert_eq!(next(&pull).await, Message::from("more"), "{durable}");
    }
    Ok(())
}

#[tokio::test]
async fn what_was_queued_for_a_peer_that_goes_is_given_to_the_next() -> Outcome {
    let (context, folder) = (Context::new(), folder("next"));
    let push = swapping(&context, SocketType::Push, &folder, "each")?;
    let bound = push.bind("tcp://127.0.0.1:*").await?.to_string();
    let idle = context.socket(SocketType::Pull)?;
    idle.set("rcvhwm", 1)?;
    idle.connect(&bound)?;
    let body = "x".repeat(3_000);
    for number in 0..300_u32 {
        push.send([number.to_string().as_str(), &body]).await?;
    }
    let first = next(&idle).await;
    assert_eq!(first.first(), b"0");
    idle.close().await;
    let busy = context.socket(SocketType::Pull)?;
    busy.connect(&bound)?;
    push.send("end").await?;
    let mut numbers = Vec::new();
    loop {
        let message = next(&busy).await;
        if message.first() == b"end" {
            break;
        }
        numbers.push(std::str::from_utf8(message.first()).unwrap().parse::<u32>().unwrap());
    }
    // What its connection had taken went with the idle one; behind that there is no hole.
    assert!(numbers.windows(2).all(|two| two[0] + 1 == two[1]), "{numbers:?}");
    assert!(numbers.is_empty() || numbers.last() == Some(&299), "{numbers:?}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name() -> Outcome {
    let (context, folder) = (Context::new(), folder("refused"));
    let first = swapping(&context, SocketType::Push, &folder, "each")?;
    first.bind("tcp://127.0.0.1:*").await?;
    let second = swapping(&context, SocketType::Push, &folder, "each")?;
    //= ZP-SWAP-017
    let locked = second.bind("tcp://127.0.0.1:*").await.unwrap_err();
    assert_eq!(locked.kind(), Kind::Busy, "{locked}");
    first.close().await;
    second.bind("tcp://127.0.0.1:*").await?;

    for other in [SocketType::Pub, SocketType::Router, SocketType::Req, SocketType::Pull] {
        let refused = context.socket(other)?.set("swap", 1 << 20).unwrap_err();
        assert_eq!(refused.kind(), Kind::Invalid, "{refused}");
    }
    let push = context.socket(SocketType::Push)?;
    push.set("swap", 1 << 20)?;
    assert!(push.connect("tcp://127.0.0.1:1").unwrap_err().to_string().contains("swap_dir"));
    push.set("swap_dir", folder.to_str().unwrap())?;
    push.set("conflate", 1)?;
    assert!(push.connect("tcp://127.0.0.1:1").unwrap_err().to_string().contains("conflat"));
    assert!(push.set("swap_durable", "always").is_err());
    Ok(())
}
