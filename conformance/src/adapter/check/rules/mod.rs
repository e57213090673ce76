//! The rules, in the order in which they are tried: how an adapter begins, its lines, requests,
//! errors and order, and how it ends. Each names its place in `conformance/adapters/README.md`.

mod bench;
mod ending;
mod errors;
mod hello;
mod lines;
mod order;
mod pair;
mod requests;

use super::Rule;

/// One rule: place, promise, fix, and the function that tries it.
macro_rules! rules {
    ($($place:literal $promise:literal $fix:literal $run:path;)*) => {
        /// Every rule that can be tried.
        pub(super) static ALL: &[Rule] = &[
            $(Rule {
                place: $place,
                promise: $promise,
                fix: $fix,
                run: |desk| Box::pin($run(desk)),
            },)*
        ];
    };
}

rules! {
    "hello 1" "it starts, and answers hello with all that the suite must know"
        "answer the first request with proto, impl, concurrency and the seven lists of can"
        hello::shape;
    "Lines 1" "a line is one JSON object in UTF-8, in any form that JSON allows"
        "read requests with a JSON library, and write each reply on one line, ended by 0A"
        lines::any_json;
    "Lines 2" "nothing but replies comes on standard output"
        "send whatever your libraries print to standard error: dup2(2, 1) after keeping a copy of 1"
        lines::no_noise;
    "Lines 4" "a reply is flushed when it is ready"
        "flush standard output after each reply, or write it without a buffer"
        lines::flushed;
    "Lines 7" "an empty line is skipped, one that is no request is answered with id null"
        "catch what your JSON library throws, and answer kind refused with the id null"
        lines::unreadable;
    "Requests 1" "each request has exactly one reply, with its id"
        "copy the id, a whole number up to 2^53 - 1, and answer once, with ok or with err"
        requests::one_reply;
    "Requests 2" "ok holds the fields of its op; bind answers the real endpoint"
        "answer {} where the table says so; after bind ask your library for the port it got"
        requests::fields;
    "Requests 3" "a socket's name is any string, and free again after close"
        "keep sockets in a map from the string, and remove the entry at close"
        requests::names;
    "Requests 9" "within_ms is how long a call may wait"
        "try once for 0; otherwise keep the call until it succeeds or its time is over"
        requests::within;
    "Requests 4" "a ROUTER's first part is the routing id, and the delimiter of REQ is hidden"
        "hand over what an application of your library sees; the routing id is a part of its own"
        requests::envelope;
    "Requests 5" "linger is 0: what is not sent keeps no socket open"
        "set linger to 0 at open, or drop unsent messages at close"
        requests::linger;
    "Requests 6" "options are set by libzmq's names, from each form of value"
        "take an integer, a boolean, a string or an object with hex; other names are unsupported"
        requests::options;
    "Requests 7" "parts are read as hex and as a fill, and come back octet by octet"
        "a fill is the first len octets of its pattern repeated for ever; parts may be empty"
        requests::parts;
    "Requests 8" "what is no part is refused"
        "check hex digits, and len against 64 MiB, before anything is sent"
        requests::bad_parts;
    "Lines 5" "parts of a megabyte and more come back exact"
        "read lines of any length up to 128 MiB; a line is often longer than a buffer of the system"
        lines::sizes;
    "Errors unsupported" "an unknown op, type or transport is unsupported"
        "look the name up before anything else, and answer err with kind unsupported"
        errors::unsupported;
    "Errors again" "no message, or nobody to take one, is again"
        "answer err with kind again when within_ms is over"
        errors::again;
    "Errors state" "what cannot be done on this socket, or not now, is state"
        "map your library's error for a wrong state (EFSM, ENOTSUP), and unknown names, to state"
        errors::state;
    "Errors refused" "a request that is malformed, or that the implementation denies, is refused"
        "check each field of a request; map other errors of your library to refused"
        errors::refused;
    "Errors internal" "no request ends the adapter"
        "catch every exception where a request is handled, and answer it with kind internal"
        errors::no_death;
    "Order 2" "a call that waits blocks nothing"
        "never block in the thread that reads requests: poll, or wait for each call elsewhere"
        order::pending;
    "Order 3" "ops on one socket take effect in the order of the requests"
        "keep waiting recvs and sends of a socket in a queue each, and serve its head first"
        order::in_order;
    "Order 4" "close, reset and bye first answer what waits, with closed"
        "answer the waiting calls of a socket before the close itself"
        order::closing;
    "hello 2" "another proto than 1 is refused"
        "compare proto, and answer err with kind refused"
        hello::other_proto;
    "hello 3" "what hello claims is there"
        "list in can only what your library has"
        hello::claims;
    "hello 4" "as many cases as concurrency says share the process"
        "keep nothing global for a socket, or lower concurrency"
        hello::concurrency;
    "bench 1" "what a bench sends it receives, and tells so when it is ready and at the end"
        "open the sockets, write the event ready, then run the loop and answer its figures"
        bench::delivers;
    "bench 2" "ask tells the percentiles of its round trips"
        "keep the time of each round trip after the warm-up, and sort them"
        bench::round_trips;
    "bench 3" "a bench to which nobody comes is again, and one that is malformed refused"
        "check the fields of the request, and end the loop when within_ms is over"
        bench::in_vain;
    "Lines 8" "the end of input is the end: exit code 0 within a second"
        "exit when reading standard input gives its end, whatever waits or lingers"
        ending::end_of_input;
}
