//! One verdict for every key, signature and message.

use klero_tlog::ed25519::{Ed25519Error, PublicKey, SecretKey, Signature};
use serde::Deserialize;

use super::support::third_party;

/// Flags that make a signature invalid under the rules of `klero_tlog::ed25519`.
const FORBIDDEN: [&str; 5] = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"];

/// One case of several classes of the C2SP/CCTV Ed25519 set: flags, key, signature, message, verdict.
const EDGE_CASES: &[(&str, &str, &str, &str, bool)] = &[
    (
        "",
        "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076",
        "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a350640657f1cb030f12543549bbabd848dc6403d354e7c99c4d0dcee9f63c9033b00",
        "ed25519vectors 5",
        true,
    ),
    (
        "low_order_component_A",
        "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
        "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a350608f32d206a7c0b7efa9a59e66546e8f1f599ef843fb502c9cc3c4ae8b7c11e05",
        "ed25519vectors 5",
        true,
    ),
    (
        "low_order_component_A low_order_component_R",
        "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
        "36684ea91032ba5b1dbab2d02f4debc74c3327f2b3802e2e4d371aa42b12b56bbbfd00bd9c259d8d222d15e67a3d8228585050dbb9b9585be20d8fadc721da03",
        "ed25519vectors",
        true,
    ),
    (
        "low_order_component_R low_order_residue",
        "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076",
        "36684ea91032ba5b1dbab2d02f4debc74c3327f2b3802e2e4d371aa42b12b56b2d471882773a677af1e3824e757a33f8ddf7bbeaf3d28a09595eb8daa0d74a03",
        "ed25519vectors 3",
        false,
    ),
    (
        "low_order_component_A low_order_residue",
        "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
        "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a3506030b03796b78f7afeadfccaedc9d09ce6d487d1ece1f16b1ae2b59b7e5c40603",
        "ed25519vectors 3",
        false,
    ),
    (
        "low_order_A",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a350605ba9a796274d80437afa36f1236563f2f3b0aa84cecddc3d20914615ba4fe02",
        "ed25519vectors 5",
        false,
    ),
    (
        "low_order_R",
        "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076",
        "0100000000000000000000000000000000000000000000000000000000000000330b30d6c1f07511e2208d233b6a34d4ed7109da2dea615bcd97daee3a842704",
        "ed25519vectors 7",
        false,
    ),
    (
        "low_order_A low_order_R",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        "ed25519vectors 23",
        false,
    ),
    (
        "low_order_A non_canonical_A",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "b62cf890de42c413b11b1411c9f01f1c4d77aa87ef182258d1251f69af2a350605ba9a796274d80437afa36f1236563f2f3b0aa84cecddc3d20914615ba4fe02",
        "ed25519vectors 1",
        false,
    ),
    (
        "low_order_R non_canonical_R",
        "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076",
        "01000000000000000000000000000000000000000000000000000000000000802d32f9eeccaa31dba2ff4ab4e196b61e2ee1648073bbb5f599dcff4f7ea02900",
        "ed25519vectors 5",
        false,
    ),
    (
        "low_order_R low_order_component_A non_canonical_R reencoded_k",
        "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedfd6f478b59eab2545cf8f3d48c6574d2b4e8abd948148da5c62479113b8d0f",
        "ed25519vectors 13",
        false,
    ),
];

/// RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature.
const RFC_8032: &[(&str, &str, &str, &str)] = &[
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
];

/// Keys refused before any signature is looked at, by class.
fn refused_keys() -> Vec<([u8; 32], Ed25519Error)> {
    // y = p + 3 encodes the same point as y = 3 would, but is not below p. Of large order, so only this check sees it.
    let mut above_p = [0xff; 32];
    above_p[0] = 0xf0;
    above_p[31] = 0x7f;
    let mut minus_zero = [0; 32];
    minus_zero[0] = 1;
    minus_zero[31] = 0x80;
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut no_point = [0; 32];
    no_point[0] = 2;
    vec![
        (above_p, Ed25519Error::NonCanonicalPublicKey),
        ([0xff; 32], Ed25519Error::NonCanonicalPublicKey),
        (minus_zero, Ed25519Error::SmallOrderPublicKey),
        (identity, Ed25519Error::SmallOrderPublicKey),
        ([0; 32], Ed25519Error::SmallOrderPublicKey),
        (no_point, Ed25519Error::NotAPoint),
    ]
}

#[derive(Deserialize)]
struct Vector {
    number: u32,
    key: String,
    sig: String,
    msg: String,
    flags: Option<Vec<String>>,
}

fn verify(key: &[u8], signature: &[u8], message: &[u8]) -> Result<(), Ed25519Error> {
    PublicKey::from_slice(key)?.verify(message, &Signature::from_slice(signature)?)
}

fn array(hex: &str) -> [u8; 32] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

#[test]
fn check() {
    for (flags, key, signature, message, valid) in EDGE_CASES {
        let verdict = verify(&hex::decode(key).unwrap(), &hex::decode(signature).unwrap(), message.as_bytes());
        assert_eq!(verdict.is_ok(), *valid, "{flags}: {verdict:?}");
    }
    for (key, expected) in refused_keys() {
        assert_eq!(PublicKey::from_bytes(&key), Err(expected));
    }
    for (seed, key, message, signature) in RFC_8032 {
        let secret = SecretKey::from_seed(&array(seed));
        let message = hex::decode(message).unwrap();
        let signed = secret.sign(&message);
        assert_eq!(hex::encode(secret.public_key().as_bytes()), *key);
        assert_eq!(hex::encode(signed.as_bytes()), *signature);
        assert_eq!(verify(&array(key), signed.as_bytes(), &message), Ok(()));
        assert_eq!(verify(&array(key), &not_reduced(signed), &message), Err(Ed25519Error::BadSignature));
        for at in 0..64 {
            for bit in 0..8 {
                let mut changed = *signed.as_bytes();
                changed[at] ^= 1 << bit;
                assert_eq!(verify(&array(key), &changed, &message), Err(Ed25519Error::BadSignature));
            }
        }
        assert!(!format!("{secret:?}").contains(&seed[..8]));
    }
}

/// The same S plus L: fits the equation, and must be refused all the same.
fn not_reduced(signature: Signature) -> [u8; 64] {
    let order = array("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut bytes = *signature.as_bytes();
    let mut carry = 0_u16;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        let [high, low] = sum.to_be_bytes();
        carry = u16::from(high);
        *byte = low;
    }
    bytes
}

#[test]
fn all_914_vectors() {
    let Some(folder) = third_party("ed25519") else { return };
    let json = std::fs::read(folder.join("ed25519vectors.json")).unwrap();
    let vectors: Vec<Vector> = serde_json::from_slice(&json).unwrap();
    assert_eq!(vectors.len(), 914);
    let mut accepted = 0;
    for vector in vectors {
        let flags = vector.flags.unwrap_or_default();
        let forbidden = flags.iter().any(|flag| FORBIDDEN.contains(&flag.as_str()));
        let (key, signature) = (hex::decode(vector.key).unwrap(), hex::decode(vector.sig).unwrap());
        let verdict = verify(&key, &signature, vector.msg.as_bytes());
        assert_eq!(verdict.is_ok(), !forbidden, "vector {}: {flags:?}: {verdict:?}", vector.number);
        accepted += usize::from(verdict.is_ok());
    }
    assert_eq!(accepted, 43);
}
