//! The op `bench` of the adapter protocol: what one side is to do, and what it says it did.
//!
//! The runner writes orders, and the adapters of this program read them. Deliberately absent: CPU
//! time and memory, which the runner reads from the system, the same for everybody.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a side does with messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// Sends all, as fast as they are taken.
    Send,
    /// Receives all, and checks the size of each.
    Receive,
    /// Sends one and waits for its reply.
    Ask,
    /// Sends back what it receives.
    Echo,
}

/// The work of one side: an application of its own, with its own sockets and its own clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// What it does.
    pub work: Work,
    /// `PUSH`, upper case.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it listens; then it does not connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// Where it connects to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
    /// Options of each socket.
    #[serde(default)]
    pub opt: Map<String, Value>,
    /// Octets of a message.
    pub size: usize,
    /// Messages that are measured.
    pub count: u64,
    /// Messages before those.
    #[serde(default)]
    pub warm_up: u64,
    /// Sockets that share the messages.
    #[serde(default = "one")]
    pub sockets: usize,
    /// Subscriptions that an XPUB waits for before it sends.
    #[serde(default)]
    pub peers: usize,
    /// The longest that nothing may happen.
    pub within_ms: u64,
}

const fn one() -> usize {
    1
}

impl Order {
    /// Reads a request, without its `id` and `op`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut request: Map<String, Value>) -> Result<Self, String> {
        request.remove("id");
        request.remove("op");
        let order: Self =
            serde_json::from_value(Value::Object(request)).map_err(|error| error.to_string())?;
        match () {
            () if order.bind.is_some() == order.connect.is_some() => {
                Err("either `bind` or `connect` is given".into())
            }
            () if order.size > crate::adapter::MAX_PART => Err("`size` is at most 64 MiB".into()),
            () if order.count == 0 => Err("`count` is at least 1".into()),
            () if order.sockets == 0 || order.sockets > 1000 => Err("`sockets`: 1 to 1000".into()),
            () => Ok(order),
        }
    }

    /// Messages in all.
    pub const fn all(&self) -> u64 {
        self.count + self.warm_up
    }
}

/// What a side says that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// Messages sent, received or answered, the warm-up included.
    pub messages: u64,
    /// Octets of their bodies.
    pub octets: u64,
    /// What those after the warm-up took.
    pub ns: u64,
    /// Of `ask`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trips: Option<Trips>,
}

/// Percentiles of round trips, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trips {
    /// Half of them took no longer.
    pub p50: u64,
    /// Of a hundred, one took longer.
    pub p99: u64,
    /// Of a thousand, one took longer.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Trips {
    /// Of these times.
    pub fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = |per_mille: usize| times.get(last * per_mille / 1000).copied().unwrap_or(0);
        Self { p50: at(500), p99: at(990), p999: at(999), max: at(1000) }
    }

    /// Whether they are in order.
    pub const fn is_ordered(&self) -> bool {
        self.p50 <= self.p99 && self.p99 <= self.p999 && self.p999 <= self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order(change: &str, value: Value) -> Result<Order, String> {
        let mut request = json!({"id": 1, "op": "bench", "work": "send", "type": "PUSH",
            "connect": "tcp://127.0.0.1:1", "size": 64, "count": 10, "within_ms": 100});
        request[change] = value;
        Order::read(request.as_object().unwrap().clone())
    }

    #[test]
    fn what_is_no_order_is_refused() {
        let good = order("warm_up", json!(2)).unwrap();
        assert_eq!((good.all(), good.sockets, good.work), (12, 1, Work::Send));
        for (name, value) in [
            ("bind", json!("tcp://127.0.0.1:1")),
            ("connect", Value::Null),
            ("size", json!(-1)),
            ("size", json!(1_u64 << 40)),
            ("count", json!(0)),
            ("sockets", json!(0)),
            ("work", json!("juggle")),
            ("haste", json!(1)),
        ] {
            assert!(order(name, value.clone()).is_err(), "{name} {value}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_times() {
        let trips = Trips::of((1..=1001).rev().collect());
        assert_eq!(trips, Trips { p50: 501, p99: 991, p999: 1000, max: 1001 });
        assert!(trips.is_ordered() && Trips::of(Vec::new()).is_ordered());
        assert!(!Trips { p50: 2, p99: 1, ..trips }.is_ordered());
    }
}
