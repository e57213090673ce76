//! Two sockets that pass on what they receive.

use super::talk::Outcome;
use core::pin::pin;
use core::task::{Context as Task, Waker};
use tokio::task::JoinHandle;
use zeroproof_reference::runtime::{Context, Proxy, Socket, Statistics, Traffic};
use zeroproof_reference::{Message, Refused, SocketType};

type Running = JoinHandle<Result<Statistics, Refused>>;

const FRONT: &str = "inproc://front";
const BACK: &str = "inproc://back";
const CAPTURE: &str = "inproc://capture";
const CONTROL: &str = "inproc://control";

/// A proxy of these types, bound to all names, and running.
async fn proxy(
    context: &Context,
    [frontend, backend, capture, control]: [SocketType; 4],
) -> Result<Running, Refused> {
    let bind = async |socket_type, endpoint| {
        let socket = context.socket(socket_type)?;
        socket.set("sndhwm", 10)?;
        socket.set("rcvhwm", 10)?;
        socket.bind(endpoint).await?;
        Ok::<_, Refused>(socket)
    };
    let (frontend, backend) = (bind(frontend, FRONT).await?, bind(backend, BACK).await?);
    let (capture, control) = (bind(capture, CAPTURE).await?, bind(control, CONTROL).await?);
    Ok(tokio::spawn(async move {
        Proxy::new(&frontend, &backend).capture(&capture).control(&control).run().await
    }))
}

fn connect(context: &Context, socket_type: SocketType, endpoint: &str) -> Result<Socket, Refused> {
    let socket = context.socket(socket_type)?;
    socket.connect(endpoint)?;
    Ok(socket)
}

async fn command(control: &Socket, command: &str) -> Result<Message, Refused> {
    control.send(command).await?;
    control.recv().await
}

#[tokio::test]
async fn requests_find_a_service_and_replies_whoever_asked() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Router, SocketType::Dealer, SocketType::Pub, SocketType::Rep];
    let running = proxy(&context, types).await?;
    for _ in 0..2 {
        let service = connect(&context, SocketType::Rep, BACK)?;
        tokio::spawn(async move {
            while let Ok(request) = service.recv().await {
                service.send(&request).await.unwrap();
            }
        });
    }
    let clients = (0..10_u8).map(|client| {
        let socket = connect(&context, SocketType::Req, FRONT);
        tokio::spawn(async move {
            let socket = socket.unwrap();
            for number in 0..100 {
                socket.send([client, number]).await.unwrap();
                assert_eq!(socket.recv().await, Ok(Message::from(&[client, number])));
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let control = connect(&context, SocketType::Req, CONTROL)?;
    assert_eq!(command(&control, "TERMINATE").await?, Message::from(""));
    let Statistics { frontend, backend } = running.await.unwrap()?;
    assert_eq!(frontend.messages_in, 1000);
    assert_eq!([frontend.messages_out, backend.messages_in, backend.messages_out], [1000; 3]);
    assert_eq!(frontend.octets_in, backend.octets_out);
    Ok(())
}

#[tokio::test]
async fn subscriptions_go_one_way_and_publications_the_other() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Xsub, SocketType::Xpub, SocketType::Pub, SocketType::Rep];
    let _running = proxy(&context, types).await?;
    let publisher = connect(&context, SocketType::Xpub, FRONT)?;
    let subs = ["a", "b"].map(|topic| {
        let sub = connect(&context, SocketType::Sub, BACK).unwrap();
        sub.subscribe(topic).unwrap();
        sub
    });
    let mut wanted = [publisher.recv().await?, publisher.recv().await?];
    wanted.sort();
    assert_eq!(wanted, [Message::from(b"\x01a"), Message::from(b"\x01b")]);
    for topic in ["c", "b1", "a1", "b2"] {
        publisher.send(topic).await?;
    }
    assert_eq!(subs[0].recv().await?, Message::from("a1"));
    assert_eq!(subs[1].recv().await?, Message::from("b1"));
    assert_eq!(subs[1].recv().await?, Message::from("b2"));
    Ok(())
}

#[tokio::test]
async fn the_capture_sees_what_goes_either_way() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Pair, SocketType::Pair, SocketType::Push, SocketType::Rep];
    let _running = proxy(&context, types).await?;
    let capture = connect(&context, SocketType::Pull, CAPTURE)?;
    let front = connect(&context, SocketType::Pair, FRONT)?;
    let back = connect(&context, SocketType::Pair, BACK)?;
    let parted = Message::new(["one", "two"]);
    front.send(&parted).await?;
    assert_eq!(back.recv().await?, parted);
    assert_eq!(capture.recv().await?, parted);
    back.send("back").await?;
    assert_eq!(front.recv().await?, Message::from("back"));
    assert_eq!(capture.recv().await?, Message::from("back"));
    Ok(())
}

#[tokio::test]
async fn a_capture_that_takes_nothing_holds_messages_back() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Pull, SocketType::Push, SocketType::Push, SocketType::Rep];
    let _running = proxy(&context, types).await?;
    let push = connect(&context, SocketType::Push, FRONT)?;
    let pull = connect(&context, SocketType::Pull, BACK)?;
    push.send("seen first").await?;
    pull.set("rcvtimeo", 20)?;
    assert_eq!(pull.recv().await, Err(Refused::WouldBlock));
    let capture = connect(&context, SocketType::Pull, CAPTURE)?;
    assert_eq!(capture.recv().await?, Message::from("seen first"));
    pull.set("rcvtimeo", -1)?;
    assert_eq!(pull.recv().await?, Message::from("seen first"));
    Ok(())
}

#[tokio::test]
async fn it_can_be_paused_asked_and_ended() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Pull, SocketType::Push, SocketType::Pub, SocketType::Rep];
    let running = proxy(&context, types).await?;
    let push = connect(&context, SocketType::Push, FRONT)?;
    let pull = connect(&context, SocketType::Pull, BACK)?;
    let control = connect(&context, SocketType::Req, CONTROL)?;
    push.send("one").await?;
    assert_eq!(pull.recv().await?, Message::from("one"));
    assert_eq!(command(&control, "PAUSE").await?, Message::from(""));
    push.send(["four", "five"]).await?;
    pull.set("rcvtimeo", 20)?;
    assert_eq!(pull.recv().await, Err(Refused::WouldBlock));
    assert_eq!(command(&control, "NONSENSE").await?, Message::from(""));
    let side = |counts: [u64; 4]| {
        let [messages_in, octets_in, messages_out, octets_out] = counts;
        Traffic { messages_in, octets_in, messages_out, octets_out }
    };
    let paused = Statistics { frontend: side([1, 3, 0, 0]), backend: side([0, 0, 1, 3]) };
    let told = command(&control, "STATISTICS").await?;
    assert_eq!(told, paused.to_message());
    let counts = told.parts().iter().map(|part| u64::from_ne_bytes(part[..].try_into().unwrap()));
    assert_eq!(counts.collect::<Vec<_>>(), [1, 3, 0, 0, 0, 0, 1, 3]);
    assert_eq!(command(&control, "RESUME").await?, Message::from(""));
    pull.set("rcvtimeo", -1)?;
    assert_eq!(pull.recv().await?, Message::new(["four", "five"]));
    assert_eq!(command(&control, "TERMINATE").await?, Message::from(""));
    let all = Statistics { frontend: side([2, 11, 0, 0]), backend: side([0, 0, 2, 11]) };
    assert_eq!(running.await.unwrap()?, all);
    Ok(())
}

#[tokio::test]
async fn a_slow_consumer_holds_the_producer_back_and_loses_nothing() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Pull, SocketType::Push, SocketType::Pub, SocketType::Rep];
    let _running = proxy(&context, types).await?;
    let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
    push.set("sndhwm", 10)?;
    push.set("sndtimeo", 50)?;
    pull.set("rcvhwm", 10)?;
    push.connect(FRONT)?;
    pull.connect(BACK)?;
    let mut sent = 0_u32;
    while push.send(sent.to_be_bytes()).await.is_ok() {
        sent += 1;
    }
    // Four queues of ten, each of which a batch may overrun once, and what the proxy holds.
    assert!((10..200).contains(&sent), "{sent}");
    for number in 0..sent {
        assert_eq!(pull.recv().await?, Message::from(&number.to_be_bytes()));
    }
    push.send("more").await?;
    assert_eq!(pull.recv().await?, Message::from("more"));
    Ok(())
}

#[tokio::test]
async fn nothing_is_read_for_nobody() -> Outcome {
    let context = Context::new();
    let (front, back) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    front.bind(FRONT).await?;
    let push = connect(&context, SocketType::Push, FRONT)?;
    push.send("wait").await?;
    front.ready(zeroproof_reference::runtime::Ready::RECV).await?;
    let mut proxy = Proxy::new(&front, &back);
    let mut task = Task::from_waker(Waker::noop());
    assert!(pin!(proxy.run()).poll(&mut task).is_pending());
    assert_eq!(front.try_recv(), Ok(Message::from("wait")), "it is still there");
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_was_dropped_while_it_ran_goes_on_with_what_it_held() -> Outcome {
    let context = Context::new();
    let (front, back) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    let capture = context.socket(SocketType::Push)?;
    front.bind(FRONT).await?;
    back.bind(BACK).await?;
    let push = connect(&context, SocketType::Push, FRONT)?;
    let pull = connect(&context, SocketType::Pull, BACK)?;
    push.send("held").await?;
    front.ready(zeroproof_reference::runtime::Ready::RECV).await?;
    back.ready(zeroproof_reference::runtime::Ready::SEND).await?;
    let mut proxy = Proxy::new(&front, &back).capture(&capture);
    let mut task = Task::from_waker(Waker::noop());
    assert!(pin!(proxy.run()).poll(&mut task).is_pending());
    assert_eq!(front.try_recv(), Err(Refused::WouldBlock), "the proxy holds it");
    capture.connect("inproc://somebody")?;
    tokio::select! {
        ended = proxy.run() => panic!("{ended:?}"),
        received = pull.recv() => assert_eq!(received, Ok(Message::from("held"))),
    }
    Ok(())
}

#[tokio::test]
async fn it_ends_with_its_sockets() -> Outcome {
    let context = Context::new();
    let types = [SocketType::Pull, SocketType::Push, SocketType::Pub, SocketType::Rep];
    let running = proxy(&context, types).await?;
    context.close().await;
    assert_eq!(running.await.unwrap(), Err(Refused::Terminated));
    Ok(())
}
