//! A program that sends through a durable swap and is killed, again and again, with real files.
//!
//! The child is this very test, told by its environment what to do; it prints what was
//! acknowledged. `ZEROPROOF_SWAP_KILLS` kills it so many times instead of a few.

use crate::sockets::folder;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::{Message, PeerInfo, SocketType};

const PLAN: &str = "ZEROPROOF_SWAP_CHILD";
/// Messages that are sent at once, and acknowledged by one line.
const TOGETHER: u64 = 8;

/// What the child does: connects, sends until it is killed; or, in the last life, sends nothing new
/// and ends when all has left.
#[tokio::test]
async fn child() {
    let Ok(plan) = std::env::var(PLAN) else { return };
    let [folder, endpoint, life, durable] = plan.split('|').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let context = Context::new();
    let push = context.socket(SocketType::Push).unwrap();
    push.set("sndhwm", 50).unwrap();
    push.set("swap", 64 << 20).unwrap();
    push.set("swap_dir", folder).unwrap();
    push.set("metadata", format!("X-Life:{life}").as_str()).unwrap();
    push.set("swap_durable", if durable == "last" { "each" } else { durable }).unwrap();
    push.connect(endpoint).unwrap();
    assert_eq!(push.take_swap_damage().iter().filter(|damage| is_loss(damage)).count(), 0);
    for number in (0..).step_by(usize::try_from(TOGETHER).unwrap()) {
        if durable == "last" {
            break;
        }
        let batch: Vec<Message> = (number..number + TOGETHER)
            .map(|number| {
                Message::new([life.to_owned(), number.to_string()].map(String::into_bytes))
            })
            .collect();
        let mut sent = 0;
        while sent < batch.len() {
            sent += push.send_batch(&batch[sent..]).await.unwrap();
        }
        println!("\nkept {number}");
        std::io::stdout().flush().unwrap();
    }
    push.close().await;
}

fn is_loss(damage: &zeroproof_reference::swap::Damage) -> bool {
    !matches!(damage, zeroproof_reference::swap::Damage::Tail { .. })
}

fn start(plan: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let child = child.args(["--exact", "killed::child", "--nocapture"]).env(PLAN, plan);
    child.stdout(Stdio::piped()).spawn().unwrap()
}

/// Reads what the child says, up to so many lines, kills it, and reads what it had still said: the
/// number below which everything was acknowledged.
fn kill_after(mut child: Child, lines: usize) -> u64 {
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let number = |line: String| line.strip_prefix("kept ").and_then(|number| number.parse().ok());
    let mut last = said.by_ref().map_while(Result::ok).filter_map(number).take(lines).last();
    child.kill().unwrap();
    last = said.map_while(Result::ok).filter_map(number).last().or(last);
    assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
    last.map_or(0, |number: u64| number + TOGETHER)
}

/// What came, and that it came in order on each connection.
#[derive(Default)]
struct Came {
    all: BTreeSet<(u64, u64)>,
    total: usize,
    last: BTreeMap<Vec<u8>, (u64, u64)>,
}

impl Came {
    fn note(&mut self, (message, sender): (Message, Arc<PeerInfo>)) {
        let parts = message.parts().iter().map(|part| std::str::from_utf8(part).unwrap());
        let numbers: Vec<u64> = parts.map(|part| part.parse().unwrap()).collect();
        let [life, number] = numbers[..] else { panic!("torn: {message:?}") };
        let connection = sender.property("X-Life").unwrap().to_vec();
        let before = self.last.insert(connection, (life, number));
        assert!(before < Some((life, number)), "{before:?}, then {life}:{number}");
        self.all.insert((life, number));
        self.total += 1;
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_with_a_killed_program() {
    let told = std::env::var("ZEROPROOF_SWAP_KILLS").ok();
    let kills: u64 = told.map_or(25, |kills| kills.parse().unwrap());
    let folder = folder("killed");
    let folder = folder.to_str().unwrap();
    let context = Context::new();
    let pull = context.socket(SocketType::Pull).unwrap();
    let endpoint = pull.bind("tcp://127.0.0.1:*").await.unwrap().to_string();
    let lives = tokio::task::spawn_blocking({
        let (folder, endpoint) = (folder.to_owned(), endpoint.clone());
        move || {
            let mut kept = BTreeSet::new();
            for life in 0..kills {
                let durable = if life % 2 == 0 { "each" } else { "batch" };
                let child = start(&format!("{folder}|{endpoint}|{life}|{durable}"));
                // Any number of lines: the moment is the scheduler's choice anyway.
                let lines = usize::try_from(life * 7 % 13 + 1).unwrap();
                kept.extend((0..kill_after(child, lines)).map(|number| (life, number)));
            }
            let last = start(&format!("{folder}|{endpoint}|{kills}|last"));
            assert!(last.wait_with_output().unwrap().status.success());
            kept
        }
    });
    let mut came = Came::default();
    let mut lives = lives;
    let gather = async {
        loop {
            came.note(pull.recv_from().await.unwrap());
        }
    };
    let kept = tokio::select! {
        kept = &mut lives => kept.unwrap(),
        () = gather => unreachable!(),
    };
    // The last child ended when all had left it: the rest is on its way.
    while !kept.is_subset(&came.all) {
        let next = tokio::time::timeout(Duration::from_secs(20), pull.recv_from()).await;
        let Ok(next) = next else { break };
        came.note(next.unwrap());
    }
    let Came { all, total, .. } = came;
    let lost: Vec<_> = kept.difference(&all).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    println!(
        "{kills} kills: {} acknowledged, {} came, {} twice",
        kept.len(),
        all.len(),
        total - all.len()
    );
}
