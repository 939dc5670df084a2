//! Outside timestamps: RFC 3161 tokens, read by the walk of spec §9.4.
//!
//! A token that was read says nothing yet: who signed it, and whether that is somebody to be believed, is for whoever can verify signatures of X.509 keys. This
//! crate cannot, on purpose: it would make what must be trusted several times as large.

use crate::der::{CONTEXT_0, INTEGER, NULL, NotDer, OCTETS, OID, Reader, SEQUENCE, SET, TIME};

/// Longest token, in bytes (spec §9.1).
pub const MAX_TOKEN_LEN: usize = 16_384;
/// Most tokens of one checkpoint (spec §9.1).
pub const MAX_TOKENS: usize = 8;

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.16.1.4
pub const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// 2.16.840.1.101.3.4.2.1
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// Why a token cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than [`MAX_TOKEN_LEN`].
    #[error("it has more than {MAX_TOKEN_LEN} bytes")]
    TooLong,
    /// Not DER, or of another shape.
    #[error(transparent)]
    Der(#[from] NotDer),
    /// Of another kind, or with another hash.
    #[error("it is not an RFC 3161 token over SHA-256")]
    Kind,
    /// The time is not `YYYYMMDDhhmmss[.f…]Z`.
    #[error("its time cannot be read")]
    Time,
}

/// A token as it stands. Nothing in it is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// SHA-256 of what was stamped, it says.
    pub imprint: [u8; 32],
    /// When, it says, Unix seconds; fractions are dropped.
    pub time_secs: u64,
    /// The number that the request bore, as it stands.
    pub nonce: Option<&'a [u8]>,
    /// TSTInfo: what is signed.
    pub info: &'a [u8],
    /// What follows in SignedData: certificates, revocations, signers.
    pub rest: &'a [u8],
}

impl<'a> Token<'a> {
    /// Reads a token, all of it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, TokenError> {
        if bytes.len() > MAX_TOKEN_LEN {
            return Err(TokenError::TooLong);
        }
        let mut all = Reader::new(bytes);
        let mut content = all.enter(SEQUENCE)?;
        all.end()?;
        if content.take(OID)? != SIGNED_DATA {
            return Err(TokenError::Kind);
        }
        let mut explicit = content.enter(CONTEXT_0)?;
        content.end()?;
        let signed_data = explicit.take(SEQUENCE)?;
        explicit.end()?;
        let mut signed = Reader::new(signed_data);
        signed.take(INTEGER)?;
        signed.take(SET)?;
        let mut encapsulated = signed.enter(SEQUENCE)?;
        if encapsulated.take(OID)? != TST_INFO {
            return Err(TokenError::Kind);
        }
        let mut explicit = encapsulated.enter(CONTEXT_0)?;
        encapsulated.end()?;
        let info = explicit.take(OCTETS)?;
        explicit.end()?;
        let mut rest = signed;
        while !rest.is_empty() {
            rest.any()?;
        }
        let read = signed_data.len().saturating_sub(remaining(signed, signed_data));
        let rest = signed_data.get(read..).unwrap_or_default();
        let (imprint, time_secs, nonce) = read_info(info)?;
        Ok(Self { imprint, time_secs, nonce, info, rest })
    }
}

/// How many bytes a reader of `all` has not read.
fn remaining(mut reader: Reader<'_>, all: &[u8]) -> usize {
    let mut left = 0usize;
    while let Ok(element) = reader.any() {
        left = left.saturating_add(element.whole.len());
    }
    left.min(all.len())
}

type Info<'a> = ([u8; 32], u64, Option<&'a [u8]>);

fn read_info(bytes: &[u8]) -> Result<Info<'_>, TokenError> {
    let mut all = Reader::new(bytes);
    let mut info = all.enter(SEQUENCE)?;
    all.end()?;
    if info.take(INTEGER)? != [1] {
        return Err(TokenError::Kind);
    }
    info.take(OID)?;
    let mut imprint = info.enter(SEQUENCE)?;
    let mut algorithm = imprint.enter(SEQUENCE)?;
    if algorithm.take(OID)? != SHA256 || algorithm.optional(NULL)?.is_some_and(|null| !null.is_empty()) {
        return Err(TokenError::Kind);
    }
    algorithm.end()?;
    let hash = imprint.take(OCTETS)?.try_into().map_err(|_| TokenError::Kind)?;
    imprint.end()?;
    info.take(INTEGER)?;
    let time = read_time(info.take(TIME)?).ok_or(TokenError::Time)?;
    let mut nonce = None;
    while !info.is_empty() {
        let element = info.any()?;
        if element.tag == INTEGER {
            nonce = Some(element.content);
        }
    }
    Ok((hash, time, nonce))
}

/// `YYYYMMDDhhmmss[.f…]Z` as Unix seconds.
fn read_time(text: &[u8]) -> Option<u64> {
    let (digits, rest) = text.split_at_checked(14)?;
    let rest = rest.strip_suffix(b"Z")?;
    let fraction = rest.strip_prefix(b".").unwrap_or(rest);
    let fits = rest.is_empty()
        || (rest.len() > 1 && fraction.len() + 1 == rest.len() && fraction.iter().all(u8::is_ascii_digit));
    if !fits || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<u64> {
        let part = digits.get(from..to)?;
        Some(part.iter().fold(0, |sum: u64, digit| sum * 10 + u64::from(digit - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month_at = usize::try_from(month.checked_sub(1)?).ok()?;
    if year < 1970 || day == 0 || day > *lengths.get(month_at)? || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let leaps = |before: u64| before / 4 - before / 100 + before / 400;
    let days = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let days = days + lengths.get(..month_at)?.iter().sum::<u64>() + day - 1;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::read_time;

    fn check(text: &str, expected: Option<u64>) {
        assert_eq!(read_time(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn times_are_read_exactly() {
        check("19700101000000Z", Some(0));
        check("20000229235959Z", Some(951_868_799));
        check("20000301000000Z", Some(951_868_800));
        check("20261124113802Z", Some(1_795_520_282));
        check("20261124113802.123Z", Some(1_795_520_282));
        check("21000301000000Z", Some(4_107_542_400));
        for wrong in [
            "",
            "Z",
            "20261124113802",
            "20261124113802+0100",
            "20261124113802.Z",
            "20261124113802.1",
            "20260229000000Z",
            "20261324000000Z",
            "20260024000000Z",
            "20261100000000Z",
            "20261124240000Z",
            "20261124006000Z",
            "20261124000060Z",
            "19691231235959Z",
            "2026112411380aZ",
            "202611241138021Z",
        ] {
            check(wrong, None);
        }
    }
}
