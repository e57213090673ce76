//! From what people write to what a world runs: counts, groups and defaults spelled out.

use super::{Mistake, Names, Scenario, SocketText, TrafficText, line_of};
use crate::chance::{Chance, mix};
use crate::schedule::{
    Flow, SWARM, Schedule, Setting, Socket, Swarm, Timed, Work, binds, pairs, stable,
};
use crate::units::{Range, Size, Span};
use toml::Spanned;
use zeroproof_reference::SocketType;
use zeroproof_reference::node::Node;

/// A flow needs as many messages as a number of 32 bits can name, and a run has to end.
const COUNT_MAX: u32 = 1_000_000;
const SOCKETS_MAX: u64 = 1000;
/// Names in the lists of sockets and flows, and operations: a few words may stand for many of them,
/// but no more than fit into memory and can be run.
pub(super) const NAMES_MAX: usize = 100_000;
pub(super) const OPS_MAX: u64 = 100_000;

pub(super) struct Expansion<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) text: &'a str,
}

impl Expansion<'_> {
    pub(super) fn wrong<T>(&self, at: &Spanned<T>, what: impl Into<String>) -> Mistake {
        Mistake { line: line_of(self.text, at.span().start), what: what.into() }
    }

    pub(super) fn schedule(&self, seed: u64) -> Result<Schedule, Mistake> {
        let about = &self.scenario.scenario;
        self.check_counts()?;
        let mut socket = Vec::new();
        for (name, text) in &self.scenario.socket {
            self.sockets(name, text, &mut socket)?;
        }
        let mut flow = Vec::new();
        for (name, text) in &self.scenario.traffic {
            self.flows(name, text, &socket, &mut flow)?;
        }
        let mut schedule = Schedule {
            name: about.name.clone(),
            seed,
            duration: about.duration,
            quiet_tail: about.quiet_tail.unwrap_or(Span(about.duration.0 / 3)),
            link: self.scenario.link.line(),
            socket,
            flow,
            op: Vec::new(),
            expect: self.scenario.expect.clone(),
        };
        let mut op = self.faults(&schedule)?;
        op.extend(self.random(&schedule, seed)?);
        op.sort_by_key(|timed| timed.at);
        schedule.op = op;
        Ok(schedule)
    }

    /// Before any of them is built.
    fn check_counts(&self) -> Result<(), Mistake> {
        let mut all = 0_u64;
        for text in self.scenario.socket.values() {
            all += u64::from(text.get_ref().count.unwrap_or(1));
            if all > SOCKETS_MAX {
                let what = format!("{all} sockets, and at most {SOCKETS_MAX} are possible");
                return Err(self.wrong(text, what));
            }
        }
        Ok(())
    }

    /// Before so many names are copied, for so many sockets or flows.
    fn check_names<T>(&self, at: &Spanned<T>, each: usize, times: usize) -> Result<(), Mistake> {
        let names = each.saturating_mul(times);
        if names > NAMES_MAX {
            let what = format!("{names} names, and at most {NAMES_MAX} are possible");
            return Err(self.wrong(at, what));
        }
        Ok(())
    }

    fn sockets(
        &self,
        name: &str,
        text: &Spanned<SocketText>,
        to: &mut Vec<Socket>,
    ) -> Result<(), Mistake> {
        let spec = text.get_ref();
        let kind = stable(spec.kind.get_ref()).map_err(|what| self.wrong(&spec.kind, what))?;
        let names: Vec<String> = match spec.count {
            None => vec![name.to_owned()],
            Some(count) => (1..=count).map(|number| format!("{name}.{number}")).collect(),
        };
        if spec.bind == spec.connect.is_some() {
            return Err(self.wrong(
                text,
                format!("socket {name}: say either `bind = true` or `connect = \"…\"`"),
            ));
        }
        let mut connect = Vec::new();
        if let Some(targets) = &spec.connect {
            for target in targets.get_ref().list() {
                connect.extend(self.group(targets, target)?);
                self.check_names(targets, connect.len(), names.len())?;
            }
        }
        for target in &connect {
            let found = self.scenario.socket.iter().find(|(name, _)| member(name, target));
            let other = found.and_then(|(_, other)| stable(other.get_ref().kind.get_ref()).ok());
            if let Some(other) = other.filter(|other| !kind.accepts(*other)) {
                let what = format!(
                    "a {} cannot talk to {target}, a {} (23/ZMTP)",
                    kind.name(),
                    other.name()
                );
                return Err(self.wrong(&spec.kind, what));
            }
        }
        self.check_options(kind, spec)?;
        if spec.to.is_some() != (spec.work == Some(Work::Forward)) {
            return Err(self
                .wrong(text, format!("socket {name}: `work = \"forward\"` and `to` go together")));
        }
        let usual = if kind == SocketType::Rep { Work::Reply } else { Work::Consume };
        for (number, own) in names.iter().enumerate() {
            let node =
                spec.on.as_ref().map(|on| self.instance(on, number, spec.count)).transpose()?;
            let onward =
                spec.to.as_ref().map(|to| self.instance(to, number, spec.count)).transpose()?;
            let settings = spec
                .options
                .iter()
                .map(|(name, value)| (name.clone(), of_instance(value.get_ref(), number + 1)));
            to.push(Socket {
                name: own.clone(),
                node: node.unwrap_or_else(|| own.clone()),
                kind,
                bind: spec.bind,
                connect: connect.clone(),
                options: settings.collect(),
                subscribe: spec.subscribe.clone(),
                work: spec.work.unwrap_or(usual),
                takes: spec.takes,
                to: onward,
            });
        }
        Ok(())
    }

    /// `name`, or `name.2` for the second of several.
    fn instance(
        &self,
        name: &Spanned<String>,
        number: usize,
        count: Option<u32>,
    ) -> Result<String, Mistake> {
        let text = name.get_ref();
        let several =
            self.scenario.socket.get(text).is_some_and(|socket| socket.get_ref().count.is_some());
        let is_known =
            self.scenario.socket.contains_key(text)
                || self.scenario.socket.values().any(|socket| {
                    socket.get_ref().on.as_ref().is_some_and(|on| on.get_ref() == text)
                });
        if !is_known {
            return Err(self.wrong(name, self.unknown(text)));
        }
        Ok(if several && count.is_some() { format!("{text}.{}", number + 1) } else { text.clone() })
    }

    /// The options are tried on a socket of the engine, which knows which there are.
    fn check_options(&self, kind: SocketType, spec: &SocketText) -> Result<(), Mistake> {
        let mut node = Node::new(0);
        let Ok(id) = node.open(kind) else { return Ok(()) };
        for (name, value) in &spec.options {
            if name == "swap_dir" {
                let what = "swap_dir: each socket with a swap has a disk of its own here";
                return Err(self.wrong(value, what));
            }
            let set = match value.get_ref() {
                Setting::Flag(flag) => node.set(id, name, *flag),
                Setting::Number(number) => node.set(id, name, *number),
                Setting::Text(text) => node.set(id, name, text.as_bytes()),
            };
            set.map_err(|error| self.wrong(value, format!("{name}: {error}")))?;
        }
        // An XSUB asks by messages.
        for topic in spec.subscribe.iter().filter(|_| kind != SocketType::Xsub) {
            node.subscribe(id, topic)
                .map_err(|error| self.wrong(&spec.kind, format!("subscribe: {error}")))?;
        }
        Ok(())
    }

    /// The sockets of this name: one, or all of several.
    pub(super) fn group<T>(&self, at: &Spanned<T>, name: &str) -> Result<Vec<String>, Mistake> {
        for (stem, text) in &self.scenario.socket {
            let count = text.get_ref().count;
            if let Some(count) = count.filter(|_| stem == name) {
                return Ok((1..=count).map(|number| format!("{stem}.{number}")).collect());
            }
            let is_one = count
                .is_some_and(|count| (1..=count).any(|number| format!("{stem}.{number}") == name));
            if (stem == name && count.is_none()) || is_one {
                return Ok(vec![name.to_owned()]);
            }
        }
        Err(self.wrong(at, self.unknown(name)))
    }

    pub(super) fn unknown(&self, name: &str) -> String {
        let known = self.scenario.socket.iter().map(|(name, text)| match text.get_ref().count {
            Some(count) => format!("{name}.1 to {name}.{count}"),
            None => name.clone(),
        });
        format!("there is no {name:?}; there are {}", known.collect::<Vec<_>>().join(", "))
    }

    fn flows(
        &self,
        name: &str,
        text: &Spanned<TrafficText>,
        sockets: &[Socket],
        to: &mut Vec<Flow>,
    ) -> Result<(), Mistake> {
        let spec = text.get_ref();
        let senders = self.group(&spec.from, spec.from.get_ref())?;
        if spec.count > COUNT_MAX {
            return Err(self.wrong(
                text,
                format!("{} messages, and at most {COUNT_MAX} are possible", spec.count),
            ));
        }
        if let Some(topic) = spec.topics.iter().find(|topic| !topic.get_ref().is_ascii()) {
            return Err(self.wrong(topic, "topics are ASCII here"));
        }
        let targets = self.targets(spec.to.as_ref(), sockets)?;
        self.check_names(text, targets.len() + spec.topics.len(), senders.len())?;
        for sender in &senders {
            let socket = sockets.iter().find(|socket| socket.name == *sender);
            let kind = socket.map_or(SocketType::Pair, |socket| socket.kind);
            if matches!(kind, SocketType::Pull | SocketType::Sub | SocketType::Rep) {
                return Err(self.wrong(
                    &spec.from,
                    format!("{sender} is a {}, which sends nothing on its own", kind.name()),
                ));
            }
            if (kind == SocketType::Router) != spec.to.is_some() {
                return Err(self
                    .wrong(&spec.from, "a ROUTER, and no other, says with `to` whom it sends to"));
            }
            let several = senders.len() > 1;
            let number = sender.rsplit_once('.').map_or("", |(_, number)| number);
            to.push(Flow {
                name: if several { format!("{name}.{number}") } else { name.to_owned() },
                from: sender.clone(),
                to: targets.clone(),
                start: spec.start,
                every: spec.rate.0,
                count: spec.count,
                size: spec.size.unwrap_or(Range::only(Size(64))),
                parts: spec.parts.unwrap_or(1).max(1),
                topics: spec.topics.iter().map(|topic| topic.get_ref().clone()).collect(),
                patience: spec.patience,
                then: spec.then,
            });
        }
        Ok(())
    }

    fn targets(
        &self,
        to: Option<&Spanned<Names>>,
        sockets: &[Socket],
    ) -> Result<Vec<String>, Mistake> {
        let mut targets = Vec::new();
        for name in to.map(|to| to.get_ref().list()).unwrap_or_default() {
            let Some(at) = to else { continue };
            for target in self.group(at, name)? {
                let socket = sockets.iter().find(|socket| socket.name == target);
                if !socket.is_some_and(|socket| socket.options.contains_key("routing_id")) {
                    return Err(self.wrong(
                        at,
                        format!("{target} needs the option routing_id, by which a ROUTER finds it"),
                    ));
                }
                targets.push(target);
            }
            self.check_names(at, targets.len(), 1)?;
        }
        Ok(targets)
    }

    fn random(&self, schedule: &Schedule, seed: u64) -> Result<Vec<Timed>, Mistake> {
        let mut ops = Vec::new();
        for (number, text) in (0_u64..).zip(&self.scenario.random) {
            let spec = text.get_ref();
            let mut kinds = Vec::new();
            for kind in &spec.kinds {
                let known = SWARM.iter().find(|known| **known == kind.get_ref());
                let what = || {
                    format!(
                        "{:?} is no kind of fault; there are {}",
                        kind.get_ref(),
                        SWARM.join(", ")
                    )
                };
                kinds.push(*known.ok_or_else(|| self.wrong(kind, what()))?);
            }
            let until = Span(schedule.duration.0.saturating_sub(schedule.quiet_tail.0));
            let faults = until.0.saturating_sub(spec.from.0) / spec.rate.0.0.max(1);
            if faults > OPS_MAX {
                let what = format!("about {faults} faults, and at most {OPS_MAX} are possible");
                return Err(self.wrong(text, what));
            }
            let swarm = Swarm {
                kinds,
                every: spec.rate.0,
                from: spec.from,
                until,
                longest: spec.longest.unwrap_or(Span::secs(5)),
                nodes: schedule.nodes(),
                pairs: pairs(schedule),
                binds: binds(schedule),
                line: &schedule.link,
            };
            ops.extend(swarm.faults(&mut Chance::new(mix(seed ^ (number + 1) << 48))));
        }
        Ok(ops)
    }
}

fn member(stem: &str, name: &str) -> bool {
    name == stem
        || name
            .rsplit_once('.')
            .is_some_and(|(one, number)| one == stem && number.parse::<u32>().is_ok())
}

/// `{n}` in a text is the number of the socket among several.
fn of_instance(value: &Setting, number: usize) -> Setting {
    match value {
        Setting::Text(text) => Setting::Text(text.replace("{n}", &number.to_string())),
        other => other.clone(),
    }
}
