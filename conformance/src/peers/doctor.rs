//! What is there, what is missing, what to do: for each peer, found out by asking it.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::install::ready;
use super::registry::{Entry, entry, list};
use super::{PeersError, place};
use crate::adapter::Adapter;

/// For a probe, and for the adapter's hello.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was found out about one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The peer.
    pub name: String,
    /// What is there, a line each.
    pub present: Vec<String>,
    /// What is missing; empty when the peer is ready.
    pub missing: Vec<Lack>,
}

/// Something missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What.
    pub what: String,
    /// How to get it.
    pub fix: String,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.missing.is_empty() { "ready" } else { "not ready" };
        write!(f, "{}: {state}", self.name)?;
        self.present.iter().try_for_each(|line| write!(f, "\n  ok       {line}"))?;
        self.missing.iter().try_for_each(|lack| {
            write!(f, "\n  missing  {}\n           fix: {}", lack.what, lack.fix)
        })
    }
}

/// Examines the named peers, or every registered one; an installed one is started and asked for
/// its hello. Needs a tokio runtime.
///
/// # Errors
/// `Unknown`; `Registry`, which a test of this crate rules out.
pub async fn doctor(names: &[String]) -> Result<Vec<Diagnosis>, PeersError> {
    let root = place::directory();
    let mut diagnoses = Vec::new();
    let named = names.iter().map(|name| entry(name)).collect::<Result<_, _>>()?;
    for entry in if names.is_empty() { list()? } else { named } {
        diagnoses.push(examine(&root, &entry).await);
    }
    Ok(diagnoses)
}

async fn examine(root: &Path, entry: &Entry) -> Diagnosis {
    let (mut present, mut missing) = (Vec::new(), Vec::new());
    for need in &entry.needs {
        if succeeds(&place::fill_in(&need.probe, root)).await {
            present.push(need.what.clone());
        } else {
            missing.push(Lack { what: need.what.clone(), fix: need.fix.clone() });
        }
    }
    let install = format!("zeroproof peers install {}", entry.name);
    match ready(root, entry) {
        Err(PeersError::NotInstalled { why, .. }) => {
            let what = format!("an installation in {} ({why})", root.join(&entry.name).display());
            missing.push(Lack { what, fix: install });
        }
        Err(error) => missing.push(Lack { what: error.to_string(), fix: install }),
        Ok(peer) => {
            present.push(format!("installed in {}", root.join(&entry.name).display()));
            match Adapter::spawn(peer.argv(), PATIENCE).await {
                Ok(adapter) => {
                    let found = &adapter.hello().implementation;
                    present.push(format!("its adapter answers: {} {}", found.name, found.version));
                    let _ = adapter.bye().await;
                }
                Err(error) => {
                    let place = root.join(&entry.name);
                    let fix = format!("remove {}, then {install}", place.display());
                    missing.push(Lack { what: format!("an adapter that works: {error}"), fix });
                }
            }
        }
    }
    Diagnosis { name: entry.name.clone(), present, missing }
}

async fn succeeds(probe: &[String]) -> bool {
    let Some((program, words)) = probe.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ended = timeout(PATIENCE, command.kill_on_drop(true).status()).await;
    matches!(ended, Ok(Ok(status)) if status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_missing_is_named_with_its_fix() {
        let root = tempfile::tempdir().unwrap();
        let libzmq = list().unwrap().into_iter().find(|entry| entry.name == "libzmq").unwrap();
        let diagnosis = examine(root.path(), &libzmq).await;
        let text = diagnosis.to_string();
        assert!(text.starts_with("libzmq: not ready\n  ok       Python"), "{text}");
        assert!(text.contains("missing  an installation in"), "{text}");
        assert!(text.ends_with("fix: zeroproof peers install libzmq"), "{text}");
    }

    #[tokio::test]
    async fn an_installed_peer_is_asked_for_its_hello() {
        crate::peers::install("libzmq", &mut |_| {}).unwrap();
        let [libzmq] = &doctor(&["libzmq".into()]).await.unwrap()[..] else { panic!() };
        assert_eq!(libzmq.missing, []);
        assert_eq!(libzmq.present.last().unwrap(), "its adapter answers: libzmq 4.3.5");
    }
}
