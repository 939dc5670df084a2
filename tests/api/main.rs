//! The organisers' API over real connections: accounts and what they may do, the life of a draw from draft to letters, repeated requests, and
//! crashes between any two durable writes.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "../common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

#[path = "../common_search/mod.rs"]
mod common_search;

#[path = "../common_witness/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_witness;

mod accounts;
mod at_rest;
mod docs;
mod erased;
mod in_vain;
mod kept_pool;
mod killed;
mod letters;
mod life;
mod matrix;
mod member_keys;
mod names;
mod rotation;
mod sheet;
mod stale;
mod support;
