//! When a run ends before its plan: the user's Ctrl-C, SIGTERM, or `--max-time`. What was running
//! is dropped and told as not run; everything that was judged stays judged.

use std::future::pending;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Waits until somebody asks the program to end: Ctrl-C, or SIGTERM as `timeout` and CI send it.
pub(crate) async fn asked() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => pending::<()>().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending::<()>().await;
}

/// The ways to end early.
pub(crate) struct Early {
    interrupted: watch::Receiver<bool>,
    ends: Option<Instant>,
}

impl Early {
    /// Listens for signals from now on; must be called inside a `LocalSet`.
    pub(crate) fn new(ends: Option<Instant>) -> Self {
        let (heard, interrupted) = watch::channel(false);
        tokio::task::spawn_local(async move {
            asked().await;
            heard.send_replace(true);
            heard.closed().await;
        });
        Self { interrupted, ends }
    }

    /// Whether the run is over.
    pub(crate) fn is_over(&self) -> bool {
        *self.interrupted.borrow() || self.ends.is_some_and(|ends| Instant::now() >= ends)
    }

    /// Waits until it is.
    pub(crate) async fn over(&self) {
        let mut interrupted = self.interrupted.clone();
        let time = async {
            match self.ends {
                Some(ends) => sleep_until(ends).await,
                None => pending().await,
            }
        };
        tokio::select! {
            Ok(_) = interrupted.wait_for(|&set| set) => {}
            () = time => {}
        }
    }
}
