//! Power off at every operation of one story, with every choice of what is left of what was not
//! synced, up to a bound, and chance beyond it.

use crate::story::{Judged, Open, Story, open};
use zeroproof_reference::swap::Durability;
use zeroproof_sim::chance::Chance;
use zeroproof_sim::disk::{Choices, Disk, Every, Folder, Plan, Seeded, Trouble};

/// Images of one crash point that are made in turn; of more, this many by chance.
const BOUND: u64 = 64;
const MESSAGES: usize = 220;

/// Offers messages, hands over half of them on the way, syncs as the mode says, and ends.
pub(crate) fn tell(
    open: Open<'_>,
    disk: &Disk,
    durability: Durability,
    messages: usize,
) -> Judged<(Story, Option<u64>)> {
    let mut story = Story::default();
    let Some(mut log) = story.reopen(open, disk, durability) else { return Ok((story, None)) };
    let mut chance = Chance::new(1);
    for number in 0..messages {
        if disk.folder().is_dead() {
            break;
        }
        story.append(&mut log);
        if durability == Durability::Each || number % 5 == 4 {
            story.sync(&mut log);
        }
        if number % 4 == 3 {
            for _ in 0..3 {
                if story.take(&mut log)?.is_none() {
                    break;
                }
            }
            story.settle(&mut log, &mut chance);
        }
    }
    let position = log.position();
    Ok((story, Some(position)))
}

/// What one image, made by these choices, shows; and whether the next life, which sends this many
/// messages more, leaves it in order.
fn judge(
    open: Open<'_>,
    after: &(Story, Option<u64>),
    disk: &Disk,
    durability: Durability,
    choices: &mut dyn Choices,
    later: usize,
) -> Judged<()> {
    let image = Disk::new(disk.folder().cut_off(choices));
    let (mut story, position) = after.clone();
    story.judge(open, &image, durability, position)?;
    let log = story.reopen(open, &image, durability);
    let mut log = log.ok_or_else(|| "cannot open".to_owned())?;
    for _ in 0..later {
        story.append(&mut log);
        story.sync(&mut log);
    }
    let position = Some(log.position());
    story.judge(open, &Disk::new(image.folder().killed()), durability, position)
}

/// Every crash point, and how many images there were.
pub(crate) fn every_crash(
    open: Open<'_>,
    durability: Durability,
    (messages, later): (usize, usize),
) -> Judged<(u64, u64)> {
    let whole = Disk::default();
    tell(open, &whole, durability, messages)?;
    let operations = whole.folder().operations();
    let mut images = 0;
    for at in 0..operations {
        let plan = Plan { trouble: Some((at, Trouble::PowerOff)), ..Plan::default() };
        let disk = Disk::new(Folder::default().with(plan));
        let after = tell(open, &disk, durability, messages)?;
        let mut every = Every::default();
        loop {
            let judged = judge(open, &after, &disk, durability, &mut every, later);
            judged.map_err(|why| format!("power off at {at}: {why}"))?;
            images += 1;
            if every.count() > BOUND || !every.turn() {
                break;
            }
        }
        if every.count() > BOUND {
            for seed in 0..BOUND {
                let mut seeded = Seeded(Chance::new(seed));
                let judged = judge(open, &after, &disk, durability, &mut seeded, later);
                judged.map_err(|why| format!("power off at {at}, seed {seed}: {why}"))?;
                images += 1;
            }
        }
    }
    Ok((operations, images))
}

#[test]
fn each_loses_nothing_acknowledged_at_any_crash_point() {
    let (operations, images) = every_crash(&open, Durability::Each, (MESSAGES, 1)).unwrap();
    println!("each: {operations} operations, {images} images");
    assert!(operations > 500 && images > 5_000, "{operations} operations, {images} images");
}

#[test]
fn batch_loses_nothing_acknowledged_at_any_crash_point() {
    let (operations, images) = every_crash(&open, Durability::Batch, (MESSAGES, 1)).unwrap();
    println!("batch: {operations} operations, {images} images");
    assert!(operations > 300 && images > 5_000, "{operations} operations, {images} images");
}

#[test]
fn the_story_crosses_segments_and_comes_back_whole() {
    let disk = Disk::default();
    let (mut story, position) = tell(&open, &disk, Durability::Each, MESSAGES).unwrap();
    assert_eq!((story.offered(), story.kept()), (MESSAGES, MESSAGES));
    assert!(disk.folder().operations() > 2 * u64::try_from(MESSAGES).unwrap());
    story.judge(&open, &disk, Durability::Each, position).unwrap();
}
