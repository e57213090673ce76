//! Peers that mean harm, or are broken: each is refused by name or held back, memory stays bounded,
//! and well-behaved peers are served meanwhile.

#[cfg(test)]
#[expect(dead_code, reason = "only what a good peer says is needed here")]
mod session;

#[cfg(test)]
mod hostile {
    mod crowds;
    mod octets;
}
