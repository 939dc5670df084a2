//! Monitors, comparisons and mirrors, on the folders of real logs: what is honest is let be, what is not is found and proved.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with tests that need more")]
#[path = "../common_program/mod.rs"]
mod common_program;
#[expect(dead_code, reason = "shared with the tests of the service, which use all of it")]
#[path = "../common_service/mod.rs"]
mod common_service;
mod findings;
mod forks;
mod mirrors;
mod resuming;
mod services;
mod slow;
mod support;
#[expect(dead_code, reason = "shared with the verifier's tests, which use all of it")]
#[path = "../../crates/verifier/tests/it/world.rs"]
mod world;
