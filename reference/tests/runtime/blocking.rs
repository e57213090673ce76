//! Sockets for programs without tasks.
#![expect(clippy::disallowed_methods, reason = "programs of several threads are what is tested")]

use core::time::Duration;
use std::error::Error;
use std::sync::mpsc;
use std::thread;
use zeroproof_reference::runtime::Proxy;
use zeroproof_reference::runtime::blocking::{Context, Socket, poll};
use zeroproof_reference::socket::Ready;
use zeroproof_reference::{Message, Refused, SocketType};

type Outcome = Result<(), Box<dyn Error>>;

const HERE: &str = "tcp://127.0.0.1:*";
const LONG: Option<Duration> = Some(Duration::from_secs(60));

fn pair(
    context: &Context,
    binds: SocketType,
    connects: SocketType,
) -> Result<(Socket, Socket), Refused> {
    let (binder, connecter) = (context.socket(binds)?, context.socket(connects)?);
    connecter.connect(&binder.bind(HERE)?.to_string())?;
    Ok((binder, connecter))
}

#[test]
fn a_question_is_answered_by_a_thread() -> Outcome {
    let context = Context::new()?;
    let (rep, req) = pair(&context, SocketType::Rep, SocketType::Req)?;
    let service = thread::spawn(move || {
        for _ in 0..100 {
            let (question, sender) = rep.recv_from().unwrap();
            assert_eq!(sender.property("Socket-Type"), Some(&b"REQ"[..]));
            rep.send(&question).unwrap();
        }
    });
    for number in 0..100_u8 {
        req.send([number])?;
        assert_eq!(req.recv()?, Message::from(&[number]));
    }
    service.join().unwrap();
    Ok(())
}

#[test]
fn what_was_sent_arrives_while_the_sender_does_other_things() -> Outcome {
    let (theirs, ours) = (Context::new()?, Context::new()?);
    let (pull, push) = (theirs.socket(SocketType::Pull)?, ours.socket(SocketType::Push)?);
    push.connect(&pull.bind(HERE)?.to_string())?;
    push.send("on its way")?;
    let (arrived, wait) = mpsc::channel();
    let receiving = thread::spawn(move || arrived.send(pull.recv()).unwrap());
    // Not by a call of ours.
    assert_eq!(wait.recv()?, Ok(Message::from("on its way")));
    receiving.join().unwrap();
    Ok(())
}

#[test]
fn a_program_may_send_and_end() -> Outcome {
    let theirs = Context::new()?;
    let pull = theirs.socket(SocketType::Pull)?;
    let endpoint = pull.bind("tcp://127.0.0.7:*")?.to_string();
    pull.close();
    let program = thread::spawn({
        let endpoint = endpoint.clone();
        move || {
            let context = Context::new().unwrap();
            let push = context.socket(SocketType::Push).unwrap();
            push.connect(&endpoint).unwrap();
            push.send("last words").unwrap();
        }
    });
    let pull = theirs.socket(SocketType::Pull)?;
    pull.bind(&endpoint)?;
    assert_eq!(pull.recv()?, Message::from("last words"));
    program.join().unwrap();
    Ok(())
}

#[test]
fn without_linger_nobody_is_waited_for() -> Outcome {
    let context = Context::new()?;
    let push = context.socket(SocketType::Push)?;
    push.set("linger", 0)?;
    push.connect("inproc://nobody")?;
    push.send("in vain")?;
    // In the other order, too: the last to go waits.
    drop(context);
    drop(push);
    Ok(())
}

#[test]
fn polling_tells_who_is_ready() -> Outcome {
    let context = Context::new()?;
    let (pull, push) = pair(&context, SocketType::Pull, SocketType::Push)?;
    let wanted = [(&pull, Ready::ANY), (&push, Ready::RECV)];
    let none = [Ready::default(); 2];
    assert_eq!(poll(&wanted, Some(Duration::ZERO))?, none);
    assert_eq!(poll(&wanted, Some(Duration::from_millis(20)))?, none);
    assert_eq!(poll(&[], LONG)?, []);
    assert_eq!(poll(&[(&push, Ready::ANY)], LONG)?, [Ready::SEND]);
    let sending = thread::spawn(move || {
        push.send("wake up").unwrap();
        push
    });
    assert_eq!(poll(&[(&pull, Ready::ANY)], None)?, [Ready::RECV]);
    assert_eq!(pull.recv()?, Message::from("wake up"));
    let push = sending.join().unwrap();
    context.close();
    assert_eq!(poll(&[(&push, Ready::SEND)], LONG), Err(Refused::Terminated));
    Ok(())
}

#[test]
fn waiting_has_an_end() -> Outcome {
    let context = Context::new()?;
    let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    pull.set("rcvtimeo", 10)?;
    push.set("sndtimeo", 10)?;
    assert_eq!(pull.recv(), Err(Refused::WouldBlock));
    assert_eq!(pull.recv_batch(&mut Vec::new(), 3), Err(Refused::WouldBlock));
    assert_eq!(push.send("x"), Err(Refused::WouldBlock));
    assert_eq!(push.send_batch(&["x"]), Err(Refused::WouldBlock));
    assert!(matches!(pull.send("x"), Err(Refused::NotSupported { .. })));
    pull.set("rcvtimeo", -1)?;
    let waiting = thread::spawn(move || pull.recv());
    context.close();
    assert_eq!(waiting.join().unwrap(), Err(Refused::Terminated));
    assert!(matches!(context.socket(SocketType::Pull), Err(Refused::Terminated)));
    Ok(())
}

#[test]
fn subscribers_and_a_proxy_need_no_tasks() -> Outcome {
    let context = Context::new()?;
    let (front, publisher) = pair(&context, SocketType::Xsub, SocketType::Xpub)?;
    let (back, sub) = pair(&context, SocketType::Xpub, SocketType::Sub)?;
    let running = thread::spawn({
        let context = context.clone();
        move || context.block_on(Proxy::new(front.inner(), back.inner()).run())
    });
    sub.subscribe("a")?;
    assert_eq!(publisher.recv()?, Message::from(b"\x01a"));
    assert_eq!(publisher.send_batch(&["b", "a"])?, 2);
    assert_eq!(sub.recv()?, Message::from("a"));
    context.close();
    assert_eq!(running.join().unwrap(), Err(Refused::Terminated));
    Ok(())
}
