//! Asking one witness for its cosignature (c2sp.org/tlog-witness), as a client: the request, every answer that there can be, and what it means (spec §8).
//!
//! It never believes a witness: a cosignature counts if it verifies under the key that the policy names. It decides nothing about the log.

use std::time::Duration;

use klero_tlog::cosignature::WitnessKey;
use klero_tlog::note::NoteSignature;
use klero_tlog::witness_wire::{AddCheckpoint, SIZE_MEDIA_TYPE, parse_conflict_size, parse_cosignature_lines};
use klero_tlog::{TreeHead, VerifiedCheckpoint};

use crate::outbound::{Address, Answered, Poster};
use crate::sequencer::cosigning::LogProofs;

/// Longest answer read: a few signature lines.
const ANSWER_BYTES_MAX: usize = 65_536;
/// How often one checkpoint is sent with another old size before the witness is given up for now. Each answer names the size to start from; two requests
/// that overtook each other need a third.
const TRIES: usize = 4;

/// Why a witness gave no cosignature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failed {
    /// It could not be asked, or did not answer: it is asked again.
    #[error("{0}")]
    NoAnswer(String),
    /// It answered something that is no use: it is asked again.
    #[error("{0}")]
    Useless(String),
    /// It has cosigned a later checkpoint of ours: this one is out of date.
    #[error("it has already cosigned {size} entries")]
    Ahead {
        /// That size.
        size: u64,
    },
    /// Somebody signed another history with this log's key.
    #[error("{0}")]
    Fork(String),
}

/// One witness, and what it was last known to have cosigned.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) key: WitnessKey,
    pub(crate) address: Address,
    poster: Poster,
    /// Entries under the last checkpoint that it cosigned, as far as it is known here. A wrong guess costs one more request.
    known: u64,
}

impl Client {
    pub(crate) fn new(key: WitnessKey, address: Address, timeout: Duration) -> Result<Self, rustls::Error> {
        Ok(Self { key, address, poster: Poster::new(timeout)?, known: 0 })
    }

    /// The size to begin with.
    pub(crate) fn guess(&mut self, published: TreeHead) {
        self.known = published.size;
    }

    /// Asks for a cosignature. Gives the verified line, and its time.
    pub(crate) async fn ask(
        &mut self,
        checkpoint: &VerifiedCheckpoint,
        proofs: &LogProofs,
    ) -> Result<(NoteSignature, u64), Failed> {
        let size = checkpoint.head().size;
        for _ in 0..TRIES {
            let old = self.known.min(size);
            let proof = proofs.consistency(old, size).map_err(Failed::Useless)?;
            let request = AddCheckpoint::new(old, proof, checkpoint.note().clone())
                .map_err(|error| Failed::Useless(error.to_string()))?;
            let address = format!("{}/add-checkpoint", self.address);
            let answer = self.poster.post(&address, "text/plain", request.to_text(), ANSWER_BYTES_MAX).await;
            let answer = answer.map_err(|error| Failed::NoAnswer(error.to_string()))?;
            match read(&answer, old, size, proofs.size())? {
                Read::Lines(lines) => {
                    let found = self.own_line(checkpoint, lines)?;
                    self.known = size;
                    return Ok(found);
                }
                Read::StartFrom(known) => self.known = known,
            }
            if self.known > size {
                return Err(Failed::Ahead { size: self.known });
            }
        }
        Err(Failed::Useless("names another size each time that it is asked".to_owned()))
    }

    /// The line that this witness's key made. Lines of other keys are ignored.
    fn own_line(
        &self,
        checkpoint: &VerifiedCheckpoint,
        lines: Vec<NoteSignature>,
    ) -> Result<(NoteSignature, u64), Failed> {
        let line = lines.into_iter().find(|line| self.key.matches(line));
        let line = line.ok_or_else(|| Failed::Useless("answered without a cosignature by its key".to_owned()))?;
        let verified = self.key.verify(checkpoint.note().text(), &line);
        let verified = verified.map_err(|error| Failed::Useless(format!("sent a false cosignature: {error}")))?;
        Ok((line, verified.timestamp_secs()))
    }
}

/// What an answer says.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Lines(Vec<NoteSignature>),
    StartFrom(u64),
}

/// Reads an answer to a request from `old` to `size`, of a log that has reached `reached` entries.
fn read(answer: &Answered, old: u64, size: u64, reached: u64) -> Result<Read, Failed> {
    let fork = |words: String| Err(Failed::Fork(words));
    match answer.status {
        200 => parse_cosignature_lines(&answer.body)
            .map(Read::Lines)
            .map_err(|error| Failed::Useless(format!("sent something that is not a cosignature: {error}"))),
        409 => {
            let typed = answer.media_type.split(';').next().is_some_and(|kind| kind.trim() == SIZE_MEDIA_TYPE);
            match parse_conflict_size(&answer.body).ok().filter(|_| typed) {
                None => fork("says that the checkpoint contradicts what it cosigned (409 without a size)".to_owned()),
                Some(found) if found > reached => fork(format!(
                    "has cosigned a checkpoint of {found} entries, signed by this log's key; this log has reached {reached}"
                )),
                Some(found) if found == old => fork(format!(
                    "has cosigned another history of {found} entries, signed by this log's key; asked about {size}"
                )),
                Some(found) => Ok(Read::StartFrom(found)),
            }
        }
        422 => fork(format!(
            "has cosigned another history of {old} entries, signed by this log's key: it does not lead to this log's {size} entries (422)"
        )),
        400 => Err(Failed::Useless("does not understand the request (400)".to_owned())),
        403 => Err(Failed::Useless(
            "does not know this log's key (403): tell its operator the vkey in log.vkey".to_owned(),
        )),
        404 => Err(Failed::Useless(
            "does not follow this log (404), or its address is wrong: tell its operator the vkey in log.vkey"
                .to_owned(),
        )),
        status => Err(Failed::Useless(format!("answered with status {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, media_type: &str, body: &'static str, expected: Result<Read, &str>) {
        let answer = Answered { status, media_type: media_type.to_owned(), body: body.as_bytes().into() };
        // A log of 20 entries asks for 10, starting from 5.
        match (read(&answer, 5, 10, 20), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(Failed::Fork(_)), Err("fork")) | (Err(Failed::Useless(_)), Err("useless")) => {}
            (found, expected) => panic!("{status} {media_type} {body:?}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn every_answer_means_what_the_specification_says() {
        check(409, SIZE_MEDIA_TYPE, "0\n", Ok(Read::StartFrom(0)));
        check(409, "text/x.tlog.size; charset=utf-8", "4\n", Ok(Read::StartFrom(4)));
        check(409, SIZE_MEDIA_TYPE, "20\n", Ok(Read::StartFrom(20)));
        check(409, SIZE_MEDIA_TYPE, "21\n", Err("fork"));
        check(409, SIZE_MEDIA_TYPE, "5\n", Err("fork"));
        check(409, SIZE_MEDIA_TYPE, "4", Err("fork"));
        check(409, SIZE_MEDIA_TYPE, "04\n", Err("fork"));
        check(409, SIZE_MEDIA_TYPE, "", Err("fork"));
        check(409, "text/plain", "4\n", Err("fork"));
        check(422, "", "", Err("fork"));
        for status in [204, 301, 400, 403, 404, 429, 500, 503] {
            check(status, "", "", Err("useless"));
        }
        check(200, "", "", Err("useless"));
        check(200, "", "nothing\n", Err("useless"));
    }
}
