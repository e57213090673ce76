//! The ZAP handler of the built-in SUT: a ROUTER in the context of its socket, as any application
//! would run one. Each socket has a context, and so a handler, of its own.

use std::cell::RefCell;
use std::rc::Rc;

use tokio::task::AbortHandle;
use zeroproof_reference as reference;
use zeroproof_reference::runtime::transport::Transport;

use super::refused;
use crate::target::zap::{Desk, Doorman, ENDPOINT, Zap};
use crate::target::{SocketSpec, TargetError};

/// Who is asked about the peers of one socket.
#[derive(Default)]
pub(super) struct Door {
    desk: Rc<Desk>,
    pub(super) doorman: Option<Rc<Doorman>>,
    zap: Option<Zap>,
    handler: RefCell<Option<AbortHandle>>,
}

impl Door {
    /// The door of the `number`th socket.
    pub(super) fn of(spec: SocketSpec, number: u64) -> Self {
        let (desk, zap) = (Rc::new(Desk::starting_at(number)), spec.zap());
        let doorman = zap.filter(|zap| *zap != Zap::Absent).map(|zap| desk.doorman(zap));
        Self { desk, doorman, zap, handler: RefCell::default() }
    }

    /// The domain of the socket.
    pub(super) fn domain(&self) -> &[u8] {
        match (&self.doorman, self.zap) {
            (Some(doorman), _) => doorman.domain(),
            (None, Some(_)) => b"unattended",
            (None, None) => b"",
        }
    }

    /// Starts the handler, if there is to be one.
    pub(super) async fn handle<T: Transport>(
        &self,
        context: &reference::runtime::Context<T>,
    ) -> Result<(), TargetError> {
        if self.doorman.is_none() {
            return Ok(());
        }
        let router = context.socket(reference::SocketType::Router).map_err(refused)?;
        router.bind(ENDPOINT).await.map_err(refused)?;
        let desk = Rc::clone(&self.desk);
        let handler = tokio::task::spawn_local(async move {
            while let Ok(request) = router.recv().await {
                let frames = request.parts().iter().map(|part| part.to_vec()).collect();
                let Some(answer) = desk.answer(frames) else { continue };
                if router.send(&reference::Message::new(answer)).await.is_err() {
                    return;
                }
            }
        });
        *self.handler.borrow_mut() = Some(handler.abort_handle());
        Ok(())
    }

    pub(super) fn close(&self) {
        self.handler.borrow_mut().take().inspect(AbortHandle::abort);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.close();
    }
}
