//! Rounds that drand published, rounds that must be refused, and another implementation's verdicts on both.

use klero_draw::beacon::{BeaconError, Chain, ChainInfo, ChainInfoError, Round, Scheme};
use klero_draw::json::{self, INTEGER_BOUND};
use klero_draw::rehearsal::RehearsalKey;
use serde::Deserialize;

use crate::support::{beside, vectors};

#[derive(Deserialize)]
struct File {
    chains: Vec<Named>,
    refused_chains: Vec<Named>,
    rounds: Vec<Case>,
    refused: Vec<Case>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    why: String,
    info: String,
    #[serde(default)]
    hash: String,
}

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    why: String,
    chain: String,
    round: u64,
    signature: String,
    previous_signature: Option<String>,
    #[serde(default)]
    randomness: String,
}

impl Case {
    fn round(&self) -> Round {
        Round {
            round: self.round,
            signature: hex::decode(&self.signature).unwrap(),
            previous_signature: self.previous_signature.as_ref().map(|text| hex::decode(text).unwrap()),
        }
    }
    fn chain(&self) -> Chain {
        Chain::by_name_or_hash(&self.chain).unwrap()
    }
}

#[test]
fn chain_information() {
    let file: File = vectors("beacon.json");
    for case in &file.chains {
        let info: ChainInfo = json::decode(&case.info).unwrap();
        assert_eq!(info.chain_hash().to_string(), case.hash);
        let pinned = Chain::by_name_or_hash(&case.hash);
        assert_eq!(pinned.is_some(), ["quicknet", "default"].contains(&info.beacon_id()) && info.genesis() > 1_000_000);
        let chain = Chain::rehearsal(info.clone());
        assert_eq!(chain.is_rehearsal(), pinned.is_none());
        if let Some(pinned) = pinned {
            // What is compiled in is what the network publishes, and its key passes the checks that others' keys must pass.
            assert_eq!(pinned.info(), &info);
            assert_eq!(Chain::by_name_or_hash(info.beacon_id()), Some(pinned));
        }
    }
    for case in &file.refused_chains {
        assert!(json::decode::<ChainInfo>(&case.info).is_err(), "{}", case.why);
    }
    assert_eq!(Chain::by_name_or_hash("fastnet"), None);
    assert_eq!(Chain::by_name_or_hash(""), None);
}

#[test]
fn chain_information_says_what_was_written() {
    let file: File = vectors("beacon.json");
    for case in &file.chains {
        let written: serde_json::Value = serde_json::from_str(&case.info).unwrap();
        let info: ChainInfo = json::decode(&case.info).unwrap();
        assert_eq!(info.beacon_id(), written["beacon_id"]);
        assert_eq!(info.genesis(), written["genesis"]);
        assert_eq!(hex::encode(info.genesis_seed()), written["genesis_seed"].as_str().unwrap());
        assert_eq!(info.period(), written["period"]);
        assert_eq!(hex::encode(info.public_key()), written["public_key"].as_str().unwrap());
        assert_eq!(info.scheme().name(), written["scheme"]);
        assert_eq!(Chain::rehearsal(info).is_chained(), written["scheme"] == "pedersen-bls-chained");
    }
}

#[test]
fn published_rounds_verify_and_their_neighbours_do_not() {
    let file: File = vectors("beacon.json");
    assert!(file.rounds.len() > 10 && file.refused.len() > 30);
    for case in &file.rounds {
        let verified =
            case.chain().verify(&case.round()).unwrap_or_else(|e| panic!("{} {}: {e}", case.chain, case.round));
        assert_eq!(hex::encode(verified.randomness()), case.randomness);
        assert_eq!((verified.number(), verified.chain()), (case.round, case.chain().hash()));
        assert!(!verified.is_rehearsal());
        // The other chain takes it for none of its own.
        let other = if case.chain == "quicknet" { Chain::default_chain() } else { Chain::quicknet() };
        assert!(other.verify(&case.round()).is_err());
    }
    for case in &file.refused {
        assert!(case.chain().verify(&case.round()).is_err(), "{}: {}", case.chain, case.why);
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    let file: File = vectors("beacon.json");
    let verdict = |why: &str| {
        let case = file.refused.iter().find(|case| case.why.starts_with(why)).unwrap_or_else(|| panic!("{why}"));
        case.chain().verify(&case.round()).unwrap_err()
    };
    assert_eq!(verdict("there is no round 0"), BeaconError::RoundZero);
    assert_eq!(verdict("the round after"), BeaconError::DoesNotVerify);
    assert_eq!(verdict("the identity"), BeaconError::NotAPoint);
    assert_eq!(verdict("the signature plus a point of order 3"), BeaconError::NotAPoint);
    assert_eq!(verdict("the signature plus a point of order 13"), BeaconError::NotAPoint);
    assert_eq!(verdict("x + p"), BeaconError::NotAPoint);
    assert_eq!(verdict("47 bytes"), BeaconError::SignatureLength { expected: 48, found: 47 });
    assert_eq!(verdict("95 bytes of previous"), BeaconError::PreviousLength { expected: 96, found: 95 });
    assert_eq!(
        verdict("an empty previous signature on an unchained"),
        BeaconError::PreviousLength { expected: 0, found: 0 }
    );
    assert_eq!(verdict("no previous signature"), BeaconError::PreviousLength { expected: 96, found: 0 });
    assert_eq!(verdict("round 1 after another seed"), BeaconError::GenesisSeed);
}

#[test]
fn every_changed_bit_of_a_signature_is_refused() {
    let file: File = vectors("beacon.json");
    for case in file.rounds.iter().filter(|case| [1000, 72785].contains(&case.round)) {
        let round = case.round();
        for bit in 0..round.signature.len() * 8 {
            let mut changed = round.clone();
            changed.signature[bit / 8] ^= 1 << (bit % 8);
            assert!(case.chain().verify(&changed).is_err(), "{} bit {bit}", case.chain);
        }
        for cut in 0..round.signature.len() {
            let signature = round.signature[..cut].to_vec();
            assert!(case.chain().verify(&Round { signature, ..round.clone() }).is_err());
        }
        if let Some(previous) = &round.previous_signature {
            for byte in 0..previous.len() {
                let mut changed = round.clone();
                changed.previous_signature.as_mut().unwrap()[byte] ^= 0x10;
                assert_eq!(case.chain().verify(&changed), Err(BeaconError::DoesNotVerify));
            }
        }
    }
}

/// `drand-verify` computes with other curves' code. It accepts an identity key with an identity signature and looks at no previous
/// signature of an unchained beacon, so it is asked only about what is left.
#[test]
fn another_implementation_agrees() {
    use drand_verify::{G1Pubkey, G2PubkeyRfc, Pubkey};
    let file: File = vectors("beacon.json");
    let quicknet: [u8; 96] = Chain::quicknet().info().public_key().try_into().unwrap();
    let default: [u8; 48] = Chain::default_chain().info().public_key().try_into().unwrap();
    let quicknet = G2PubkeyRfc::from_fixed(quicknet).unwrap();
    let default = G1Pubkey::from_fixed(default).unwrap();
    let mut asked = 0;
    for case in file.rounds.iter().chain(&file.refused) {
        let round = case.round();
        let ours = case.chain().verify(&round);
        if matches!(ours, Err(BeaconError::PreviousLength { .. } | BeaconError::GenesisSeed | BeaconError::RoundZero)) {
            continue;
        }
        let previous = round.previous_signature.unwrap_or_default();
        let theirs = match case.chain.as_str() {
            "quicknet" => quicknet.verify(round.round, &previous, &round.signature).unwrap_or(false),
            _ => default.verify(round.round, &previous, &round.signature).unwrap_or(false),
        };
        assert_eq!(ours.is_ok(), theirs, "{} {} {}", case.chain, case.round, case.why);
        asked += 1;
    }
    assert!(asked > 30);
}

#[test]
fn collected_rounds() {
    #[derive(Deserialize)]
    struct Collected {
        network: String,
        public_key: String,
        round: u64,
        signature: String,
        #[serde(default)]
        previous_signature: Option<String>,
        randomness: String,
        expect_signature_valid: bool,
        #[serde(default)]
        expect_policy: Option<String>,
        #[serde(default)]
        expect_randomness_match: Option<bool>,
    }
    for name in ["quicknet", "default", "invalid"] {
        let Some(text) = beside(&format!("drand/{name}.json")) else { return };
        let cases: Vec<Collected> = serde_json::from_str(&text).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let Some(chain) = Chain::by_name_or_hash(&case.network) else { continue };
            if hex::encode(chain.info().public_key()) != case.public_key {
                continue;
            }
            let round = Round {
                round: case.round,
                signature: hex::decode(&case.signature).unwrap(),
                previous_signature: case.previous_signature.map(|text| hex::decode(text).unwrap()),
            };
            // Where the collection leaves it open, this protocol refuses (spec §5.2).
            let expected = case.expect_signature_valid && case.expect_policy.is_none();
            let found = chain.verify(&round);
            assert_eq!(found.is_ok(), expected, "{name} {}", case.round);
            if let Ok(verified) = found {
                let same = hex::encode(verified.randomness()) == case.randomness;
                assert_eq!(same, case.expect_randomness_match.unwrap_or(true));
            }
        }
    }
}

#[test]
fn chain_information_at_its_bounds() {
    let key = RehearsalKey::from_seed(&[1; 32]).unwrap().chain_info(1_000, 3).unwrap();
    let info = |beacon_id: usize, genesis| {
        let key = key.public_key().to_vec();
        ChainInfo::new("i".repeat(beacon_id), genesis, [7; 32], 1, key, Scheme::UnchainedG1)
    };
    let last = INTEGER_BOUND - 1;
    assert_eq!(info(64, last).map(|info| (info.beacon_id().len(), info.genesis())), Ok((64, last)));
    assert_eq!(info(65, last), Err(ChainInfoError::BeaconId));
    assert_eq!(info(64, last + 1), Err(ChainInfoError::Genesis));
    let text = json::encode(&key).unwrap();
    let digits = hex::encode(key.public_key());
    assert!(json::decode::<ChainInfo>(&text).is_ok());
    // Where JSON need not be canonical, capitals would pass.
    assert!(serde_json::from_str::<ChainInfo>(&text.replace(&digits, &digits.to_uppercase())).is_err());
}

#[test]
fn the_identity_signs_nothing() {
    for (chain, length, previous) in [(Chain::quicknet(), 48, None), (Chain::default_chain(), 96, Some(vec![1; 96]))] {
        let mut signature = vec![0; length];
        signature[0] = 0xc0;
        let round = Round { round: 2, signature, previous_signature: previous };
        assert_eq!(chain.verify(&round), Err(BeaconError::NotAPoint));
    }
}

#[test]
fn collected_chain_information() {
    #[derive(Deserialize)]
    struct Collected {
        beacon_id: String,
        period: u32,
        genesis_time: u64,
        public_key: String,
        genesis_seed: String,
        scheme: String,
        chain_hash: String,
    }
    let Some(text) = beside("drand/drand_chain_info.json") else { return };
    let all: Vec<Collected> = serde_json::from_str(&text).unwrap();
    let mut known = 0;
    for chain in all {
        let scheme = [Scheme::UnchainedG1, Scheme::Chained].into_iter().find(|scheme| scheme.name() == chain.scheme);
        let Some(scheme) = scheme else { continue };
        let key = hex::decode(chain.public_key).unwrap();
        let seed = hex::decode(chain.genesis_seed).unwrap().try_into().unwrap();
        let info = ChainInfo::new(chain.beacon_id, chain.genesis_time, seed, chain.period, key, scheme).unwrap();
        assert_eq!(info.chain_hash().to_string(), chain.chain_hash);
        known += 1;
    }
    assert!(known >= 2);
}

#[test]
fn a_rehearsal_is_never_taken_for_the_real_thing() {
    let key = RehearsalKey::from_seed(&[1; 32]).unwrap();
    assert_eq!(format!("{key:?}"), "RehearsalKey(…)");
    let info = key.chain_info(1_000, 3).unwrap();
    assert_eq!(json::decode::<ChainInfo>(&json::encode(&info).unwrap()), Ok(info.clone()));
    let chain = Chain::rehearsal(info);
    for number in [1, 2, 1 << 40, u64::MAX] {
        let round = key.sign(number);
        let verified = chain.verify(&round).unwrap();
        assert!(verified.is_rehearsal());
        assert!(Chain::quicknet().verify(&round).is_err());
        assert_eq!(chain.verify(&Round { round: number ^ 1, ..round }).ok(), None);
    }
    let other = RehearsalKey::from_seed(&[2; 32]).unwrap();
    assert_eq!(chain.verify(&other.sign(5)), Err(BeaconError::DoesNotVerify));
    assert_eq!(key.chain_info(1_000, 0), Err(ChainInfoError::Period));
    assert_eq!(key.chain_info(u64::MAX, 3), Err(ChainInfoError::Genesis));
}
