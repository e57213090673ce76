//! `zeroproof listen`: the peer connects to us; every connection it makes is the next dialogue.

use std::rc::Rc;

use clap::Args;

use super::Failure;
use super::judge::{Judge, block_on};
use super::line::Line;
use super::options::{Options, kind};
use super::say::aside;
use crate::socket_type::SocketType;
use crate::target::listen::ListenTarget;

/// Judge a peer that connects to us and reconnects by itself
#[derive(Debug, Args)]
pub(super) struct Listen {
    /// Socket type of the peer
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    kind: SocketType,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    bind: String,
    #[command(flatten)]
    options: Options,
    /// A program to start: `{}` in its arguments and ZEROPROOF_ENDPOINT in its environment are the
    /// endpoint to connect to
    #[arg(last = true, value_name = "PROGRAM")]
    program: Vec<String>,
}

impl Listen {
    pub(super) fn run(self) -> Result<u8, Failure> {
        block_on(false, async move {
            let known = self.options.expectations(None)?;
            let target = ListenTarget::start(&self.bind, self.kind, &self.program)
                .await
                .map_err(|error| Failure::unreachable(error.to_string()))?;
            if self.program.is_empty() {
                aside(&format!("connect a {} to {}", self.kind, target.endpoint()));
            }
            let own = ["listen", "--bind", &self.bind].map(str::to_owned).to_vec();
            let judge = Judge {
                options: &self.options,
                known,
                released: false,
                kind: Some(self.kind),
                role: None,
                command: Line { own, rest: self.program.clone(), takes_role: false },
            };
            judge.judge(Rc::new(target)).await
        })
    }
}
