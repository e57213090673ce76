//! Games of questions and answers: whoever asked gets the answer, once.
//!
//! Deliberately absent: REQ with REP, which `games` has.

use std::collections::BTreeSet;
use std::time::Duration;

use zeroproof_reference::SocketType::{Dealer, Rep, Req, Router};

use super::games::{judge, message};
use super::routes::{catches, only};
use super::world::{At, Lie, World};

const HERE: &str = "tcp://10.0.0.1:5555";

/// REQs ask a ROUTER, which answers out of turn.
fn play_requests(seed: u64, lie: Option<Lie>) -> Result<(), String> {
    let mut world = World::new(seed);
    let router = world.open(Router);
    world.bind(router, HERE);
    let asking: Vec<At> = (0..3).map(|_| world.open(Req)).collect();
    asking.iter().for_each(|req| world.connect(*req, HERE));
    let (mut rounds, mut waiting, mut heard) = ([0_u8; 3], Vec::new(), BTreeSet::new());
    let mut has_lied = lie.is_none();
    for _ in 0..200 {
        for (number, req) in asking.iter().enumerate() {
            let name = u8::try_from(number).unwrap();
            if let Ok(reply) = world.recv(*req)
                && reply != message(name, rounds[number] - 1)
            {
                return Err(format!("{number} did not ask for {reply:?}"));
            }
            if rounds[number] < 60 && world.send(*req, message(name, rounds[number])).is_ok() {
                rounds[number] += 1;
            }
        }
        if let Some(lie) = lie.filter(|_| !has_lied) {
            has_lied = world.lie(lie);
        }
        let time = world.chance(40);
        world.run(Duration::from_millis(time));
        for question in world.recv_all(router) {
            if question.parts().len() < 3 {
                return Err(format!("torn: {question:?}"));
            }
            if !heard.insert(format!("{question:?}")) {
                return Err(format!("twice: {question:?}"));
            }
            waiting.push(question);
        }
        while !waiting.is_empty() && world.chance(3) > 0 {
            let chosen = world.chance(u64::try_from(waiting.len()).unwrap());
            let answer = waiting.swap_remove(usize::try_from(chosen).unwrap());
            world.send(router, &answer).map_err(|refused| refused.to_string())?;
        }
    }
    if !has_lied {
        return Err("no occasion to lie".to_owned());
    }
    if rounds.iter().any(|rounds| *rounds < 5) { Err(format!("{rounds:?}")) } else { Ok(()) }
}

/// DEALERs ask two REPs, many questions at a time.
fn play_envelopes(seed: u64, lie: Option<Lie>) -> Result<(), String> {
    let mut world = World::new(seed);
    let dealers: Vec<At> = (0..2).map(|_| world.open(Dealer)).collect();
    let reps: Vec<At> = (0..2).map(|_| world.open(Rep)).collect();
    for (number, rep) in reps.iter().enumerate() {
        let endpoint = format!("{HERE}{number}");
        world.bind(*rep, &endpoint);
        dealers.iter().for_each(|dealer| world.connect(*dealer, &endpoint));
    }
    let (mut asked, mut answers) = ([0_u8; 2], vec![Vec::new(); 2]);
    let mut has_lied = lie.is_none();
    for round in 0..200 {
        for (number, dealer) in dealers.iter().enumerate().filter(|_| round < 150) {
            let question = message(u8::try_from(number).unwrap(), asked[number]);
            if world.send(*dealer, question.with_first("".into())).is_ok() {
                asked[number] += 1;
            }
        }
        if let Some(lie) = lie.filter(|_| !has_lied) {
            has_lied = world.lie(lie);
        }
        let time = world.chance(40) + u64::from(round >= 150) * 100;
        world.run(Duration::from_millis(time));
        for rep in &reps {
            while let Ok(question) = world.recv(*rep) {
                world.send(*rep, &question).map_err(|refused| refused.to_string())?;
            }
        }
        for (number, dealer) in dealers.iter().enumerate() {
            for answer in world.recv_all(*dealer) {
                let (delimiter, answer) = answer.split_first();
                let answer = answer.filter(|_| delimiter.is_empty()).ok_or("no delimiter")?;
                answers[number].push(answer);
            }
        }
    }
    if !has_lied {
        return Err("no occasion to lie".to_owned());
    }
    for (number, answers) in answers.into_iter().enumerate() {
        // Two REPs answer, each in order, as before and after a cut.
        judge(&only(number, &asked), &[answers], 1, 0)?;
    }
    Ok(())
}

#[test]
fn each_answer_reaches_whoever_asked() {
    for seed in 0..30 {
        assert_eq!(play_requests(seed, None), Ok(()), "seed {seed}");
        assert_eq!(play_envelopes(seed, None), Ok(()), "seed {seed}");
    }
    let lies = [Lie::DropMessage, Lie::RepeatMessage, Lie::TearMultipart, Lie::Misdeliver];
    catches(&lies, |seed, lie| play_requests(seed, Some(lie)));
    catches(&lies, |seed, lie| play_envelopes(seed, Some(lie)));
}
