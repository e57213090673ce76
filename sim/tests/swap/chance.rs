//! Schedules out of seeds: lives that end by a power cut, a kill or in good order, at any
//! operation, within recovery too; disks that fail or are full.

use crate::story::{Judged, Story, open};
use zeroproof_reference::swap::{Durability, Log};
use zeroproof_sim::chance::Chance;
use zeroproof_sim::disk::{Disk, Folder, Plan, Seeded, Trouble};

const LIVES: u64 = 4;

fn steps(story: &mut Story, log: &mut Log, chance: &mut Chance, disk: &Disk) -> Judged<()> {
    let each = log.durability() == Durability::Each;
    for _ in 0..chance.within(5, 60) {
        if disk.folder().is_dead() {
            break;
        }
        match chance.below(10) {
            0..=5 => {
                story.append(log);
                if each {
                    story.sync(log);
                }
            }
            6 => story.sync(log),
            7 | 8 => {
                for _ in 0..chance.below(6) {
                    story.take(log)?;
                }
            }
            _ => story.settle(log, chance),
        }
    }
    Ok(())
}

fn plan(chance: &mut Chance) -> Plan {
    let at = chance.below(150);
    let trouble = match chance.below(4) {
        0 => None,
        1 => Some((at, Trouble::Fails)),
        _ => Some((at, Trouble::PowerOff)),
    };
    let capacity = chance.happens(250_000).then(|| 4096 << chance.below(4)).map(|most: u64| most);
    Plan { trouble, capacity: capacity.and_then(|most| usize::try_from(most).ok()) }
}

/// One life; the folder after it.
fn live(
    story: &mut Story,
    folder: Folder,
    durability: Durability,
    chance: &mut Chance,
) -> Judged<Folder> {
    let disk = Disk::new(folder.with(plan(chance)));
    let mut position = None;
    if let Some(mut log) = story.reopen(&open, &disk, durability) {
        steps(story, &mut log, chance, &disk)?;
        if chance.happens(200_000) && log.close().is_ok() {
            story.acknowledge();
        }
        position = Some(log.position()).filter(|_| log.broken().is_none());
    }
    let died = disk.folder().is_dead() || chance.happens(300_000);
    let mut seeded = Seeded(chance.clone());
    let left = if died { disk.folder().cut_off(&mut seeded) } else { disk.folder().killed() };
    *chance = seeded.0;
    let after = Disk::new(left);
    story.judge(&open, &after, durability, position)?;
    let folder = after.folder().clone();
    Ok(folder)
}

/// All lives of a seed.
fn schedule(seed: u64) -> Judged<Story> {
    let mut chance = Chance::new(seed);
    let durability = if seed.is_multiple_of(2) { Durability::Each } else { Durability::Batch };
    let (mut story, mut folder) = (Story::default(), Folder::default());
    for life in 0..LIVES {
        folder = live(&mut story, folder, durability, &mut chance)
            .map_err(|why| format!("seed {seed}, life {life}: {why}"))?;
    }
    Ok(story)
}

#[test]
fn schedules_out_of_seeds_keep_every_promise() {
    let told = std::env::var("ZEROPROOF_SWAP_SEEDS").ok();
    let seeds: u64 = told.map_or(3_000, |seeds| seeds.parse().unwrap());
    let (mut offered, mut kept, mut twice) = (0, 0, 0);
    for seed in 0..seeds {
        let story = schedule(seed).unwrap();
        offered += story.offered();
        kept += story.kept();
        twice += story.twice;
    }
    println!("{seeds} seeds: {offered} offered, {kept} kept, {twice} twice");
    assert!(kept > offered / 4 && twice > 0, "{kept} of {offered} kept, {twice} twice");
}
