//! A panic of the built-in SUT. A task of the engine that panics ends alone, and its peers see a
//! close like any other; the process of a released peer would be gone, so here it counts as dead.
//!
//! The engine runs on the thread of the tester, and a panic of the tester ends the run: what is
//! counted here and survived was the engine's.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes from now on what panics, beside what was done about panics before.
pub(super) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            LAST.with(|last| *last.borrow_mut() = Some(info.to_string()));
            before(info);
        }));
    });
}

/// What panicked on this thread since [`forget`].
pub(super) fn last() -> Option<String> {
    LAST.with(|last| last.borrow().clone())
}

/// Begins anew.
pub(super) fn forget() {
    LAST.with(|last| *last.borrow_mut() = None);
}

#[cfg(test)]
mod tests {
    use super::{forget, last, watch};

    #[test]
    fn a_task_that_panics_is_noted_until_it_is_forgotten() {
        watch();
        forget();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let task = async { panic!("the engine fell over") };
        let ended = runtime.block_on(async { tokio::spawn(task).await });
        assert!(ended.unwrap_err().is_panic());
        assert!(last().is_some_and(|what| what.contains("the engine fell over")));
        forget();
        assert_eq!(last(), None);
    }
}
