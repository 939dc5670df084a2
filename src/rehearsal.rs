//! A local beacon with its own key, for demonstrations, rehearsals and tests: drand's HTTP paths and scheme, and one person's key.
//!
//! It proves nothing: whoever holds the key knows every draw beforehand. It says so in every answer (`rehearsal: true`, and a header), and it
//! refuses to sign a round before its time, so that a rehearsal goes like the real thing.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use klero_draw::beacon::{Chain, ChainInfo};
use klero_draw::rehearsal::RehearsalKey;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::clock::SharedClock;

/// What the handlers share.
struct Beacon {
    key: RehearsalKey,
    info: ChainInfo,
    hash: String,
    clock: SharedClock,
}

/// Serves rounds on `listener` until the task is dropped. Rounds are signed by `key` from `info`'s genesis on, by `clock`.
pub async fn serve(
    listener: TcpListener,
    key: RehearsalKey,
    info: ChainInfo,
    clock: SharedClock,
) -> std::io::Result<()> {
    axum::serve(listener, router(key, info, clock)).await
}

/// drand's paths, v1 and v2: chains, information, latest round, any round.
pub fn router(key: RehearsalKey, info: ChainInfo, clock: SharedClock) -> Router {
    let hash = info.chain_hash().to_string();
    let beacon = Arc::new(Beacon { key, info, hash, clock });
    Router::new()
        .route("/chains", get(chains))
        .route("/info", get(info_v1_only))
        .route("/public/latest", get(latest_only))
        .route("/public/{round}", get(round_only))
        .route("/{chain}/info", get(info_v1))
        .route("/{chain}/public/latest", get(latest))
        .route("/{chain}/public/{round}", get(round))
        .route("/v2/chains", get(chains))
        .route("/v2/beacons", get(beacon_ids))
        .route("/v2/chains/{chain}/info", get(info_v2))
        .route("/v2/chains/{chain}/rounds/latest", get(latest))
        .route("/v2/chains/{chain}/rounds/{round}", get(round))
        .route("/v2/beacons/{chain}/info", get(info_v2))
        .route("/v2/beacons/{chain}/rounds/latest", get(latest))
        .route("/v2/beacons/{chain}/rounds/{round}", get(round))
        .with_state(beacon)
}

/// A round as drand's relays write it, v1; v2 leaves `randomness` out, which readers of v2 pass over.
#[derive(Serialize)]
struct RoundJson {
    randomness: String,
    rehearsal: bool,
    round: u64,
    signature: String,
}

#[derive(Serialize)]
struct InfoV1<'a> {
    #[serde(rename = "genesis_time")]
    genesis: u64,
    #[serde(rename = "groupHash")]
    genesis_seed: String,
    hash: &'a str,
    metadata: Metadata<'a>,
    period: u32,
    public_key: String,
    rehearsal: bool,
    #[serde(rename = "schemeID")]
    scheme: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(rename = "beaconID")]
    beacon_id: &'a str,
}

#[derive(Serialize)]
struct InfoV2<'a> {
    beacon_id: &'a str,
    chain_hash: &'a str,
    genesis_seed: String,
    #[serde(rename = "genesis_time")]
    genesis: u64,
    period: u32,
    public_key: String,
    rehearsal: bool,
    scheme: &'a str,
}

impl Beacon {
    /// The newest round whose time has come; 0 before the first.
    fn newest(&self) -> u64 {
        let (now, genesis) = (self.clock.now(), self.info.genesis());
        match now.checked_sub(genesis) {
            Some(elapsed) => elapsed / u64::from(self.info.period().max(1)) + 1,
            None => 0,
        }
    }

    /// Whether the path's chain is ours, by hash or by name.
    fn is(&self, chain: &str) -> bool {
        chain == self.hash || chain == self.info.beacon_id()
    }

    fn sign(&self, round: u64, cache: &'static str) -> Response {
        let signed = self.key.sign(round);
        // Signed and verified in one place: a beacon whose key is not the key of its chain must not look like one that works.
        match Chain::rehearsal(self.info.clone()).verify(&signed) {
            Ok(verified) => answer(
                &RoundJson {
                    randomness: hex::encode(verified.randomness()),
                    rehearsal: true,
                    round,
                    signature: hex::encode(&signed.signature),
                },
                cache,
            ),
            Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "the beacon's key does not belong to its chain"),
        }
    }
}

const FOREVER: &str = "public, max-age=604800, immutable";
const NEVER: &str = "no-cache";

type Shared = State<Arc<Beacon>>;

async fn chains(State(beacon): Shared) -> Response {
    answer(&[&beacon.hash], NEVER)
}

async fn beacon_ids(State(beacon): Shared) -> Response {
    answer(&[beacon.info.beacon_id()], NEVER)
}

async fn info_v1_only(State(beacon): Shared) -> Response {
    let info = &beacon.info;
    let json = InfoV1 {
        genesis: info.genesis(),
        genesis_seed: hex::encode(info.genesis_seed()),
        hash: &beacon.hash,
        metadata: Metadata { beacon_id: info.beacon_id() },
        period: info.period(),
        public_key: hex::encode(info.public_key()),
        rehearsal: true,
        scheme: info.scheme().name(),
    };
    answer(&json, FOREVER)
}

async fn info_v1(state: Shared, Path(chain): Path<String>) -> Response {
    if state.is(&chain) { info_v1_only(state).await } else { unknown_chain() }
}

async fn info_v2(State(beacon): Shared, Path(chain): Path<String>) -> Response {
    if !beacon.is(&chain) {
        return unknown_chain();
    }
    let info = &beacon.info;
    let json = InfoV2 {
        beacon_id: info.beacon_id(),
        chain_hash: &beacon.hash,
        genesis_seed: hex::encode(info.genesis_seed()),
        genesis: info.genesis(),
        period: info.period(),
        public_key: hex::encode(info.public_key()),
        rehearsal: true,
        scheme: info.scheme().name(),
    };
    answer(&json, FOREVER)
}

async fn latest_only(State(beacon): Shared) -> Response {
    match beacon.newest() {
        0 => refuse(StatusCode::TOO_EARLY, "the first round is still to come"),
        newest => beacon.sign(newest, NEVER),
    }
}

async fn latest(state: Shared, Path(chain): Path<String>) -> Response {
    if state.is(&chain) { latest_only(state).await } else { unknown_chain() }
}

async fn round_only(State(beacon): Shared, Path(round): Path<String>) -> Response {
    match round.parse::<u64>() {
        Ok(0) => refuse(StatusCode::BAD_REQUEST, "rounds count from 1"),
        Ok(round) if round > beacon.newest() => refuse(StatusCode::TOO_EARLY, "this round is still to come"),
        Ok(round) => beacon.sign(round, FOREVER),
        Err(_) => refuse(StatusCode::BAD_REQUEST, "expected the number of a round"),
    }
}

async fn round(state: Shared, Path((chain, number)): Path<(String, String)>) -> Response {
    if state.is(&chain) { round_only(state, Path(number)).await } else { unknown_chain() }
}

fn unknown_chain() -> Response {
    refuse(StatusCode::NOT_FOUND, "this beacon serves another chain")
}

fn answer<T: Serialize + ?Sized>(value: &T, cache: &'static str) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, cache),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, [("x-rehearsal", "proves nothing")], text).into_response()
        }
        Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "the answer could not be written"),
    }
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, NEVER)], [("x-rehearsal", "proves nothing")], why).into_response()
}
