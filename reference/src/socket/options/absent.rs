//! Options of libzmq that this engine does not offer, each with the reason.
//!
//! An option that would be taken and then not heeded is worse than one that is refused, so these
//! are refused with the reason as text.
//!
//! Deliberately absent: options of libzmq that its manual does not list.

use super::table::Row;

const TASKS: &str = "there are no I/O threads: connections are tasks of the caller's runtime";
const MULTICAST: &str = "there is no multicast transport";
const NORM: &str = "there is no norm transport";
const VMCI: &str = "there is no vmci transport";
const GSSAPI: &str = "GSSAPI needs a Kerberos library; use CURVE";
const SOCKS: &str = "there is no SOCKS client; connect through a forwarded port";
const FILTERS: &str = "deprecated in libzmq: authenticate peers with ZAP";
const BATCHES: &str = "draft in libzmq, with a warning against use; batches are bounded by rcvhwm";
const DRAFT: &str = "draft in libzmq: not in a stable release";

pub(super) const ROWS: &[Row] = &[
    Row::absent("affinity", 4, TASKS),
    Row::absent("fd", 14, "there is no descriptor to poll: await the socket"),
    Row::absent("rcvmore", 13, "a message is received whole, with all of its parts"),
    Row::absent("router_raw", 41, "deprecated in libzmq: use STREAM"),
    Row::absent("ipv4only", 31, "deprecated in libzmq: use ipv6"),
    Row::absent("use_fd", 89, "the core has no descriptors: give the driver its own transport"),
    Row::absent("tcp_accept_filter", 38, FILTERS),
    Row::absent("ipc_filter_pid", 58, FILTERS),
    Row::absent("ipc_filter_uid", 59, FILTERS),
    Row::absent("ipc_filter_gid", 60, FILTERS),
    Row::absent("socks_proxy", 68, SOCKS),
    Row::absent("socks_username", 99, SOCKS),
    Row::absent("socks_password", 100, SOCKS),
    Row::absent("gssapi_server", 62, GSSAPI),
    Row::absent("gssapi_principal", 63, GSSAPI),
    Row::absent("gssapi_service_principal", 64, GSSAPI),
    Row::absent("gssapi_plaintext", 65, GSSAPI),
    Row::absent("gssapi_principal_nametype", 90, GSSAPI),
    Row::absent("gssapi_service_principal_nametype", 91, GSSAPI),
    Row::absent("rate", 8, MULTICAST),
    Row::absent("recovery_ivl", 9, MULTICAST),
    Row::absent("multicast_hops", 25, MULTICAST),
    Row::absent("multicast_maxtpdu", 84, MULTICAST),
    Row::absent("multicast_loop", 96, MULTICAST),
    Row::absent("vmci_buffer_size", 85, VMCI),
    Row::absent("vmci_buffer_min_size", 86, VMCI),
    Row::absent("vmci_buffer_max_size", 87, VMCI),
    Row::absent("vmci_connect_timeout", 88, VMCI),
    Row::absent("router_notify", 97, DRAFT),
    Row::absent("xpub_manual_last_value", 98, DRAFT),
    Row::absent("in_batch_size", 101, BATCHES),
    Row::absent("out_batch_size", 102, BATCHES),
    Row::absent("hello_msg", 110, DRAFT),
    Row::absent("disconnect_msg", 111, DRAFT),
    Row::absent("priority", 112, DRAFT),
    Row::absent("busy_poll", 113, DRAFT),
    Row::absent("hiccup_msg", 114, DRAFT),
    Row::absent("xsub_verbose_unsubscribe", 115, DRAFT),
    Row::absent("topics_count", 116, DRAFT),
    Row::absent("norm_mode", 117, NORM),
    Row::absent("norm_unicast_nack", 118, NORM),
    Row::absent("norm_buffer_size", 119, NORM),
    Row::absent("norm_segment_size", 120, NORM),
    Row::absent("norm_block_size", 121, NORM),
    Row::absent("norm_num_parity", 122, NORM),
    Row::absent("norm_num_autoparity", 123, NORM),
    Row::absent("norm_push", 124, NORM),
];
