//! Nodes joined by pipes in virtual time: stories, random games, and the liars they must catch.

#[cfg(test)]
mod node {
    mod endings;
    mod games;
    mod machine;
    mod replies;
    mod routes;
    mod stories;
    mod world;
}
