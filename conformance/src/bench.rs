//! What the connections of one case share: evidence, the quiet window, limits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::quiet::Quiet;
use crate::split::Split;
use crate::transcript::Transcript;

/// What the connections of one case share.
pub struct Bench {
    /// The evidence.
    pub transcript: RefCell<Transcript>,
    /// The shared window.
    pub quiet: Rc<Quiet>,
    /// Windows this case has waited out.
    pub windows: Cell<u32>,
    /// Limit for what must happen.
    pub deadline: Duration,
    /// How writes are cut.
    pub split: Split,
    /// Whether this SUT answers PING on a 3.1 link, as its survey found.
    pub pongs: bool,
}

impl Bench {
    /// Waits out the shared quiet window.
    pub async fn window(&self) {
        self.quiet.window().await;
        self.windows.set(self.windows.get() + 1);
    }
}
