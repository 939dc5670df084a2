//! Reads DER (X.690), as far as time-stamp tokens need it: tags of one byte, lengths in their shortest form, nothing indefinite.
//!
//! It only cuts: what a value means, and whether it is true, is for the caller. Total, and never reads past its input.

/// Why bytes are not DER as it is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not DER: {0}")]
pub struct NotDer(pub &'static str);

/// `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// `OCTET STRING`.
pub const OCTETS: u8 = 0x04;
/// `NULL`.
pub const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`.
pub const OID: u8 = 0x06;
/// `GeneralizedTime`.
pub const TIME: u8 = 0x18;
/// `SEQUENCE`.
pub const SEQUENCE: u8 = 0x30;
/// `SET`.
pub const SET: u8 = 0x31;
/// `[0]`, constructed.
pub const CONTEXT_0: u8 = 0xa0;

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its tag.
    pub tag: u8,
    /// What is in it.
    pub content: &'a [u8],
    /// All of it, tag and length included.
    pub whole: &'a [u8],
}

/// What has not been read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Begins.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether everything was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element, if there is one.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element.
    pub fn any(&mut self) -> Result<Element<'a>, NotDer> {
        let cut = NotDer("it breaks off");
        let (tag, rest) = self.0.split_first().ok_or(cut)?;
        if tag & 0x1f == 0x1f {
            return Err(NotDer("a tag of more than one byte"));
        }
        let (first, rest) = rest.split_first().ok_or(cut)?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81 => {
                let ([length], rest) = rest.split_first_chunk::<1>().ok_or(cut)?;
                (
                    Some(usize::from(*length))
                        .filter(|length| *length >= 0x80)
                        .ok_or(NotDer("a length that is not the shortest"))?,
                    rest,
                )
            }
            0x82 => {
                let (length, rest) = rest.split_first_chunk::<2>().ok_or(cut)?;
                let length = usize::from(u16::from_be_bytes(*length));
                (
                    Some(length)
                        .filter(|length| *length >= 0x100)
                        .ok_or(NotDer("a length that is not the shortest"))?,
                    rest,
                )
            }
            _ => return Err(NotDer("an indefinite or too great length")),
        };
        let (content, after) = rest.split_at_checked(length).ok_or(cut)?;
        let size = self.0.len().saturating_sub(after.len());
        let whole = self.0.get(..size).ok_or(cut)?;
        self.0 = after;
        Ok(Element { tag: *tag, content, whole })
    }

    /// The content of the next element, which must have this tag.
    pub fn take(&mut self, tag: u8) -> Result<&'a [u8], NotDer> {
        let element = self.any()?;
        if element.tag == tag { Ok(element.content) } else { Err(NotDer("another element than was expected")) }
    }

    /// A reader of the next element's content, which must have this tag.
    pub fn enter(&mut self, tag: u8) -> Result<Self, NotDer> {
        self.take(tag).map(Reader)
    }

    /// The next element, if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, NotDer> {
        if self.peek() == Some(tag) { self.take(tag).map(Some) } else { Ok(None) }
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), NotDer> {
        if self.0.is_empty() { Ok(()) } else { Err(NotDer("more than was expected")) }
    }
}
