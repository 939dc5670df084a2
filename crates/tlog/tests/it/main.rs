//! The crate's tests from outside: one module for each format, each with its cases as data and one `check`.
//!
//! Third-party vector sets are run from `../shared/data` beside the workspace when they are there; when they are not, the
//! test says so, and the small fixtures of each module still run.

/// The `cfg` is always true here; it tells the linter that the helpers, too, may unwrap.
#[cfg(test)]
mod tests {
    mod checkpoints;
    mod ed25519;
    mod inclusions;
    mod merkle;
    mod notes;
    mod oracles;
    mod policies;
    mod proofs_as_files;
    mod roundtrips;
    mod support;
    mod tiles;
}
