//! `zeroproof check`: judge a peer.

use std::rc::Rc;

use clap::Args;

use super::Failure;
use super::judge::{Judge, block_on};
use super::line::Line;
use super::options::{Options, RoleChoice, kind};
use super::peers::failed;
use crate::peers;
use crate::socket_type::SocketType;
use crate::target::Target;
use crate::target::adapter::AdapterTarget;
use crate::target::memory::MemoryTarget;
use crate::target::tcp::TcpTarget;

/// Judge a peer: the built-in reference, a running endpoint, a known peer, or an adapter
#[derive(Debug, Args)]
pub(super) struct Check {
    /// `reference` (default), a name of `zeroproof peers list`, or `tcp://host:port` with --type
    target: Option<String>,
    /// Socket type of the endpoint, or only this type of an adapter
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    kind: Option<SocketType>,
    /// Only this role of the peer
    #[arg(long, value_enum)]
    role: Option<RoleChoice>,
    #[command(flatten)]
    options: Options,
    /// An adapter and its arguments
    #[arg(last = true, value_name = "ADAPTER")]
    adapter: Vec<String>,
}

impl Check {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let memory = self.adapter.is_empty()
            && self.target.as_deref().is_none_or(|target| target == "reference");
        block_on(memory, async move {
            let judge = Judge {
                options: &self.options,
                known: self.options.expectations(self.target.as_deref())?,
                released: self.is_released(),
                kind: self.kind,
                role: self.role.map(RoleChoice::role),
                command: self.command(),
            };
            judge.judge(self.target().await?).await
        })
    }

    fn is_released(&self) -> bool {
        let named = |target: &str| target != "reference" && !target.contains("://");
        self.target.as_deref().is_some_and(named)
    }

    fn command(&self) -> Line {
        let own = std::iter::once("check".to_owned()).chain(self.target.clone()).collect();
        Line { own, rest: self.adapter.clone(), takes_role: true }
    }

    async fn target(&self) -> Result<Rc<dyn Target>, Failure> {
        let started = |argv: Vec<String>| async move {
            let target = AdapterTarget::start(&argv).await;
            let target = target.map_err(|error| Failure::unreachable(error.to_string()))?;
            Ok(Rc::new(target) as Rc<dyn Target>)
        };
        match self.target.as_deref() {
            Some(_) if !self.adapter.is_empty() => {
                Err(Failure::usage("give a target or an adapter after --, not both"))
            }
            _ if !self.adapter.is_empty() => started(self.adapter.clone()).await,
            None | Some("reference") => Ok(Rc::new(MemoryTarget::default())),
            Some(endpoint) if endpoint.contains("://") => {
                let kind = self.kind.ok_or_else(|| {
                    Failure::usage("an endpoint does not tell its socket type: add --type REP")
                })?;
                Ok(Rc::new(TcpTarget::new(endpoint, kind).map_err(Failure::usage)?))
            }
            Some(name) => {
                let peer = peers::find(name).map_err(|error| match name.contains(':') {
                    true => Failure::usage(format!("'{name}': write an endpoint as tcp://{name}")),
                    false => failed(error),
                })?;
                started(peer.argv().to_vec()).await
            }
        }
    }
}
