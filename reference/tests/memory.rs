//! What peers can make a node allocate, counted by the allocator of this program: bounded by
//! `limits`, by the marks of the queues, or by what really came, never by what was announced.
//!
//! What many peers and topics cost in time is here as well.
//!
//! One story at a time, as the count is of the whole program. Deliberately absent: transports,
//! whose buffers are the system's; what a driver has to write is counted, as it is kept here.

#[cfg(test)]
#[expect(dead_code, reason = "only what a good peer says is needed here")]
mod session;

#[cfg(test)]
mod memory {
    mod peers;
    mod scale;
    mod stories;
}

#[cfg(test)]
#[global_allocator]
static ALLOCATED: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
