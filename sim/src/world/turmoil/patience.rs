//! What TCP does while nothing is confirmed: it waits, and gives up in the end. And segments that
//! are lost, which is the same for a shorter time.

use super::super::host::Life;
use super::Arena;
use super::host::host_at;
use super::ledger::State;
use crate::trace::What;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use turmoil::{Protocol, Segment};

/// The first wait of TCP before it sends again.
const RTO: u64 = 200_000_000;

/// When TCP sends again what nobody has confirmed since then, for the first time from now on.
pub(super) const fn sent_again(since: u64, now: u64) -> u64 {
    let (mut again, mut wait) = (since + RTO, RTO);
    while again < now {
        wait = wait.saturating_mul(2);
        again = again.saturating_add(wait);
    }
    again
}

impl Arena<'_> {
    /// The sides whose octets are on links that these hosts are the ends of.
    pub(super) fn under_way(&self, of: impl Fn(usize, usize) -> bool) -> Vec<(u32, usize)> {
        let state = self.world.state();
        let mut found = Vec::new();
        self.sim.links(|links| {
            for link in links {
                let (one, other) = link.pair();
                let (Some(one), Some(other)) = (host_at(one), host_at(other)) else { continue };
                if !of(one, other) {
                    continue;
                }
                for sent in link {
                    let is_data = matches!(
                        sent.protocol(),
                        Protocol::Tcp(Segment::Data(..) | Segment::Fin(_))
                    );
                    let (from, to) = sent.pair();
                    let key = |address: core::net::SocketAddr| {
                        host_at(address.ip()).map(|host| (host, address.port()))
                    };
                    let dialed = key(from).and_then(|from| state.dialed_from.get(&from));
                    let accepted = key(to).and_then(|to| state.dialed_from.get(&to));
                    let side = dialed.map(|id| (*id, 0)).or(accepted.map(|id| (*id, 1)));
                    found.extend(side.filter(|side| is_data && !found.contains(side)));
                }
            }
        });
        found
    }

    /// Before each tick: who has waited long enough, and which resets arrive.
    pub(super) fn wait_for_confirmation(&mut self) {
        self.reset_those_due();
        let (has_cuts, has_off) = {
            let state = self.world.state();
            let has_off = state.hosts.iter().any(|host| host.life == Life::Off);
            (state.lines.values().any(|line| line.is_cut), has_off)
        };
        if has_cuts {
            self.wait_on_cuts();
        }
        if has_off {
            self.wait_on_dead();
        }
    }

    fn reset_those_due(&mut self) {
        let mut state = self.world.state();
        let now = state.now();
        if state.resets.is_empty() {
            return;
        }
        let (due, later): (Vec<_>, Vec<_>) =
            core::mem::take(&mut state.resets).into_iter().partition(|(at, ..)| *at <= now);
        state.resets = later;
        for (_, id, side) in due {
            state.fault(id, side, ErrorKind::ConnectionReset);
        }
    }

    fn wait_on_cuts(&mut self) {
        let cut = |state: &State, one: usize, other: usize| {
            state.lines.get(&super::line::between(one, other)).is_some_and(|line| line.is_cut)
        };
        let lines: Vec<_> = {
            let state = self.world.state();
            state.lines.keys().copied().filter(|(one, other)| cut(&state, *one, *other)).collect()
        };
        let under_way =
            self.under_way(|one, other| lines.contains(&super::line::between(one, other)));
        // Those who give up, by direction.
        let mut over: BTreeMap<(usize, usize), bool> = BTreeMap::new();
        {
            let mut state = self.world.state();
            let (now, patience) = (state.now(), self.world.schedule.link.tcp_give_up.0);
            for (id, side) in &under_way {
                let Some(ends) = state.ends_of(*id, *side) else { continue };
                let Some(known) = state.side(*id, *side) else { continue };
                let is_news = known.parked_since.is_none();
                let since = *known.parked_since.get_or_insert(now);
                *over.entry(ends).or_default() |= since.saturating_add(patience) <= now;
                if is_news {
                    state.note(What::Delayed { connection: *id });
                }
            }
        }
        for ((from, to), _) in over.into_iter().filter(|(_, is_over)| *is_over) {
            let senders: Vec<_> = {
                let state = self.world.state();
                let ours = under_way.iter().copied();
                ours.filter(|(id, side)| state.ends_of(*id, *side) == Some((from, to))).collect()
            };
            self.give_up(from, to, &senders);
        }
    }

    fn wait_on_dead(&mut self) {
        let mut state = self.world.state();
        let (now, patience) = (state.now(), self.world.schedule.link.tcp_give_up.0);
        let dead: Vec<usize> = (0..state.hosts.len())
            .filter(|host| state.hosts.get(*host).is_some_and(|host| host.life == Life::Off))
            .collect();
        for (id, side) in dead.into_iter().flat_map(|host| state.peers_of(host)).collect::<Vec<_>>()
        {
            let since = state.side(id, side).and_then(|side| side.parked_since);
            if since.is_some_and(|since| since.saturating_add(patience) <= now) {
                state.fault(id, side, ErrorKind::TimedOut);
            }
        }
    }

    /// Before each tick: which links are slow in it, since segments are lost.
    pub(super) fn lose_segments(&mut self) {
        let mut changed = Vec::new();
        {
            let mut state = self.world.state();
            let lossy: Vec<_> = (state.lines.iter())
                .filter(|(_, line)| line.loss > 0 || line.spike > 0)
                .map(|(ends, line)| (*ends, line.loss))
                .collect();
            for ((one, other), loss) in lossy {
                let (mut spike, mut wait) = (0_u64, RTO);
                while state.chance.happens(loss) {
                    (spike, wait) = (spike + wait, wait.saturating_mul(2).min(RTO << 6));
                }
                let Some(line) = state.line(one, other) else { continue };
                if core::mem::replace(&mut line.spike, spike) != spike {
                    changed.push((one, other));
                }
                if spike > 0 {
                    for (connection, _) in state.between(one, other) {
                        state.note(What::Delayed { connection });
                    }
                }
            }
        }
        for (one, other) in changed {
            self.set_latency(one, other);
        }
    }
}

#[test]
fn waits_double() {
    let times = [0, 1, 199, 200, 201, 600, 601, 1400].map(|ms| sent_again(0, ms * 1_000_000));
    assert_eq!(times.map(|at| at / 1_000_000), [200, 200, 200, 200, 600, 600, 1400, 1400]);
}
