//! Outside timestamps (RFC 3161): asking an authority for a token over a checkpoint, and checking the signature of one.
//!
//! An authority is one more clock that is not the operator's. What it signs is the SHA-256 of the checkpoint's text, so that `openssl ts -verify` checks it as well
//! (docs/witnessing.md). Believes nothing: a token is kept only if it can be read, and answers this very request.

pub mod cms;

use klero_tlog::Note;
use klero_verifier::der::{INTEGER, Reader, SEQUENCE};
use klero_verifier::token::{MAX_TOKEN_LEN, Token};
use sha2::{Digest, Sha256};

use crate::outbound::{Address, NoAnswer, Poster};

/// Longest answer read: a token and a status.
const ANSWER_BYTES_MAX: usize = MAX_TOKEN_LEN + 1_024;

/// Why an authority gave no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoToken {
    /// It did not answer.
    #[error("{0}")]
    NoAnswer(#[from] NoAnswer),
    /// Another HTTP status than 200.
    #[error("answered with status {0}")]
    Status(u16),
    /// It refuses, or answered something else.
    #[error("{0}")]
    Useless(String),
}

/// The request of RFC 3161 §2.4.1, DER: over this hash, with a nonce, and with the signer's certificate in the answer.
#[must_use]
pub fn query(hash: &[u8; 32], nonce: u64) -> Vec<u8> {
    // SEQUENCE { INTEGER 1, SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING hash }, INTEGER nonce, BOOLEAN TRUE }
    const IMPRINT: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    let nonce = integer(nonce);
    let mut body = vec![INTEGER, 1, 1];
    body.extend_from_slice(&IMPRINT);
    body.extend_from_slice(hash);
    body.push(INTEGER);
    body.extend(u8::try_from(nonce.len()));
    body.extend_from_slice(&nonce);
    body.extend_from_slice(&[0x01, 0x01, 0xff]);
    let mut query = vec![SEQUENCE];
    query.extend(u8::try_from(body.len()));
    query.extend_from_slice(&body);
    query
}

/// The shortest two's complement of a number that is not negative.
fn integer(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    let mut shortest = bytes[zeros..].to_vec();
    if shortest.first().is_some_and(|byte| *byte >= 0x80) {
        shortest.insert(0, 0);
    }
    shortest
}

/// Asks one authority for a token over a checkpoint's text. `nonce` is fresh randomness.
pub async fn ask(poster: &Poster, authority: &Address, checkpoint: &Note, nonce: u64) -> Result<Vec<u8>, NoToken> {
    let hash: [u8; 32] = Sha256::digest(checkpoint.text().as_bytes()).into();
    let query = query(&hash, nonce);
    let answer = poster.post(&authority.to_string(), "application/timestamp-query", query, ANSWER_BYTES_MAX).await?;
    if answer.status != 200 {
        return Err(NoToken::Status(answer.status));
    }
    read_answer(&answer.body, &hash, nonce)
}

/// Takes the token out of an answer (RFC 3161 §2.4.2), if it is one to this request.
pub fn read_answer(answer: &[u8], hash: &[u8; 32], nonce: u64) -> Result<Vec<u8>, NoToken> {
    let useless = |words: &str| NoToken::Useless(words.to_owned());
    let not_der =
        |error: klero_verifier::der::NotDer| NoToken::Useless(format!("sent something else than a token: {error}"));
    let mut all = Reader::new(answer);
    let mut response = all.enter(SEQUENCE).map_err(not_der)?;
    all.end().map_err(not_der)?;
    let mut status = response.enter(SEQUENCE).map_err(not_der)?;
    let granted = status.take(INTEGER).map_err(not_der)?;
    if !matches!(granted, [0 | 1]) {
        return Err(useless("refuses to stamp"));
    }
    let token = response.any().map_err(not_der)?.whole;
    response.end().map_err(not_der)?;
    let read =
        Token::parse(token).map_err(|error| NoToken::Useless(format!("sent a token that is refused: {error}")))?;
    if read.imprint != *hash {
        return Err(useless("stamped something else"));
    }
    if read.nonce != Some(integer(nonce).as_slice()) {
        return Err(useless("sent a token for another request"));
    }
    Ok(token.to_vec())
}
