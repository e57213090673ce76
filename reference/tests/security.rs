//! The mechanisms and ZAP, by themselves: every golden vector, every state against every command,
//! every violation.
//!
//! Deliberately absent: two engines that meet under a mechanism, which is in `pair`.

#[cfg(test)]
mod session;

#[cfg(test)]
mod security {
    mod boxes;
    mod curve;
    mod golden;
    mod hostile;
    mod keys;
    mod matrix;
    mod violations;
    mod zap;
}
