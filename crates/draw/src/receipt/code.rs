//! Short codes and boxes: a receipt fetched by 26 characters that a person can type (spec §2.4).
//!
//! ```text
//! secret   = first 15 bytes of HMAC-SHA256(pool_key, "code" ‖ u64be(len draw) ‖ draw ‖ id)
//! check    = first 10 bits of tagged("code_check", secret)
//! code     = Crockford base32 of secret ‖ check
//! locator  = first 16 bytes of tagged("code_locator", secret)
//! key      = tagged("code_key", secret)
//! box      = ChaCha20-Poly1305(key, nonce 0, aad = locator in hex, u32be(len receipt) ‖ receipt ‖ zeros to a multiple of 512)
//! ```
//!
//! Whoever keeps boxes knows locators only, and can open none. The nonce is zero because a key belongs to one person of one draw and
//! seals one plaintext; nothing else may ever be sealed with it. No error and no `Debug` shows a code.

use std::fmt;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::Mac;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{RECEIPT_BYTES_MAX, Receipt, ReceiptError};
use crate::commitment::keyed;
use crate::hash::{from_hex, tagged};
use crate::names::Slug;
use crate::pool::PoolKey;

/// Crockford's digits: no I, L, O or U.
const DIGITS: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Digits of a code: 24 of the secret, 2 of the check.
const CODE_DIGITS: usize = 26;
const SECRET_DIGITS: usize = 24;
/// Longest text that is read as a code: every digit with a hyphen and two spaces around it, and some more.
const CODE_TEXT_BYTES_MAX: usize = 128;
/// Boxes hide a receipt's length up to this many bytes.
const BLOCK: usize = 512;
const LENGTH_BYTES: usize = 4;
const MAC_BYTES: usize = 16;

/// A person's short code for one draw. Shown only by [`Self::grouped`]; wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ShortCode {
    secret: [u8; 15],
}

/// Why a text is not a short code. Says nothing of what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Another number of characters than 26, hyphens and spaces aside.
    #[error("a code has {CODE_DIGITS} characters, found {found}: compare it with the letter")]
    Length {
        /// Characters found; bytes of the whole text, if that is far too long.
        found: usize,
    },
    /// A character that no code has.
    #[error("character {position} of the code is not a letter or digit that codes use: compare it with the letter")]
    Character {
        /// Its place, from 1, hyphens and spaces aside.
        position: usize,
    },
    /// The last two characters do not fit the others.
    #[error("the code has a typing error somewhere: compare it with the letter, character by character")]
    Check,
}

impl ShortCode {
    /// The code of the person with that id, in that draw.
    #[must_use]
    pub fn derive(key: &PoolKey, draw: &Slug, id: &str) -> Self {
        let mut mac = keyed(key);
        let draw = draw.as_str().as_bytes();
        mac.update(b"code");
        // A slug has at most 64 bytes.
        mac.update(&u64::try_from(draw.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(draw);
        mac.update(id.as_bytes());
        let hash = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        let (secret, _) = hash.split_first_chunk::<15>().expect("32 bytes begin with 15");
        Self { secret: *secret }
    }

    /// Reads a code as a person types it: spaces and hyphens are dropped, lower case is upper, O is 0, I and L are 1.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        if text.len() > CODE_TEXT_BYTES_MAX {
            return Err(CodeError::Length { found: text.len() });
        }
        let typed = text.chars().filter(|c| !matches!(c, ' ' | '-'));
        let found = typed.clone().count();
        if found != CODE_DIGITS {
            return Err(CodeError::Length { found });
        }
        let (mut secret, mut check) = (0u128, 0u16);
        for (nth, c) in typed.enumerate() {
            let digit = digit(c).ok_or(CodeError::Character { position: nth + 1 })?;
            if nth < SECRET_DIGITS {
                secret = secret << 5 | u128::from(digit);
            } else {
                check = check << 5 | u16::from(digit);
            }
        }
        let mut bytes = secret.to_be_bytes();
        let (_, low) = bytes.split_last_chunk::<15>().expect("16 bytes end with 15");
        let code = Self { secret: *low };
        bytes.zeroize();
        if check == code.check() { Ok(code) } else { Err(CodeError::Check) }
    }

    /// `XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX`, for the person's letter. Wiped when dropped.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut bytes = [0; 16];
        if let Some((_, low)) = bytes.split_last_chunk_mut::<15>() {
            *low = self.secret;
        }
        let secret = u128::from_be_bytes(bytes);
        let check = u128::from(self.check());
        let of_secret = (0..SECRET_DIGITS).rev().map(|place| secret >> (5 * place));
        let mut text = Zeroizing::new(String::with_capacity(CODE_DIGITS + 4));
        for (nth, value) in of_secret.chain([check >> 5, check]).enumerate() {
            if matches!(nth, 5 | 10 | 15 | 20) {
                text.push('-');
            }
            let digit = usize::try_from(value & 31).ok().and_then(|value| DIGITS.get(value));
            text.push(char::from(*digit.expect("32 digits for five bits")));
        }
        text
    }

    /// Where the box is kept.
    #[must_use]
    pub fn locator(&self) -> Locator {
        let hash = tagged("code_locator", &[&self.secret]);
        let (locator, _) = hash.split_first_chunk::<16>().expect("32 bytes begin with 16");
        Locator(*locator)
    }

    /// The first 10 bits of `tagged("code_check", secret)`.
    fn check(&self) -> u16 {
        let [first, second, ..] = tagged("code_check", &[&self.secret]);
        u16::from_be_bytes([first, second]) >> 6
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        let key = Zeroizing::new(tagged("code_key", &[&self.secret]));
        ChaCha20Poly1305::new(&Key::from(*key))
    }
}

impl fmt::Debug for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShortCode(redacted)")
    }
}

/// The value of a typed character.
fn digit(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = DIGITS.iter().position(|digit| char::from(*digit) == c)?;
    u8::try_from(position).ok()
}

/// Where a box is kept: public, and no help in opening it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator([u8; 16]);

/// A text that is not a locator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 lower-case hexadecimal digits")]
pub struct NotALocator;

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locator({self})")
    }
}

impl std::str::FromStr for Locator {
    type Err = NotALocator;
    fn from_str(text: &str) -> Result<Self, NotALocator> {
        from_hex(text).map(Self).ok_or(NotALocator)
    }
}

/// Why a box is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoxError {
    /// No box has this length.
    #[error("a box of {found} bytes: it was cut off or is none")]
    Length {
        /// Length in bytes.
        found: usize,
    },
    /// The code does not open it: another person's box, or an altered one.
    #[error("the code does not open this box: it is somebody else's, or was altered")]
    Sealed,
    /// Opened, but what is in it is not a length, a text and exactly the zeros that are due.
    #[error("the box holds something else than one receipt")]
    Padding,
    /// Opened, but what is in it is not a receipt.
    #[error("the box holds no receipt: {0}")]
    Receipt(#[from] ReceiptError),
}

/// Seals a receipt for its person's code. One code may seal one receipt, once and for all: see the head of this file.
pub fn seal_box(code: &ShortCode, receipt: &Receipt) -> Result<Vec<u8>, ReceiptError> {
    let text = Zeroizing::new(receipt.encode()?);
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= RECEIPT_BYTES_MAX);
    let length = length.ok_or(ReceiptError::TooLong { found: text.len() })?;
    let plain = (LENGTH_BYTES + text.len()).next_multiple_of(BLOCK);
    let mut buffer = Vec::with_capacity(plain + MAC_BYTES);
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(text.as_bytes());
    buffer.resize(plain, 0);
    let aad = code.locator().to_string();
    code.cipher()
        .encrypt_in_place(&Nonce::default(), aad.as_bytes(), &mut buffer)
        .expect("a Vec grows, and 2 MiB are below ChaCha20's limit");
    Ok(buffer)
}

/// Opens a box with its person's code.
pub fn open_box(code: &ShortCode, sealed: &[u8]) -> Result<Receipt, BoxError> {
    let found = sealed.len();
    let plain = found.checked_sub(MAC_BYTES).filter(|plain| *plain >= BLOCK && plain.is_multiple_of(BLOCK));
    let most = (LENGTH_BYTES + RECEIPT_BYTES_MAX).next_multiple_of(BLOCK);
    if plain.is_none_or(|plain| plain > most) {
        return Err(BoxError::Length { found });
    }
    let mut buffer = Zeroizing::new(sealed.to_vec());
    let aad = code.locator().to_string();
    code.cipher().decrypt_in_place(&Nonce::default(), aad.as_bytes(), &mut *buffer).map_err(|_| BoxError::Sealed)?;
    let (length, rest) = buffer.split_first_chunk::<LENGTH_BYTES>().ok_or(BoxError::Padding)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| BoxError::Padding)?;
    let (text, zeros) = rest.split_at_checked(length).ok_or(BoxError::Padding)?;
    if zeros.len() >= BLOCK || zeros.iter().any(|byte| *byte != 0) {
        return Err(BoxError::Padding);
    }
    let text = str::from_utf8(text).map_err(|_| BoxError::Padding)?;
    Ok(Receipt::parse(text)?)
}
