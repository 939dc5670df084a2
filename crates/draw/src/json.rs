//! Canonical JSON (spec §1): RFC 8785 restricted to objects, arrays, strings, booleans and integers in [0, 2^53).
//!
//! There is one encoder, and a text is accepted only if encoding what was read gives the same bytes. That one comparison refuses
//! white space, duplicate and reordered members, other spellings of a number or an escape, and trailing bytes. This module never
//! guesses, never accepts a float, and never puts the text it refused into an error: it may hold a person's data.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::{self, Impossible, Serialize};

use crate::scan::plain_run;

/// Integers are below this bound, so that every JSON reader holds them exactly.
pub const INTEGER_BOUND: u64 = 1 << 53;

/// Objects and arrays within one another, at most: no note and no artifact of this protocol needs half of them (spec §1).
pub const NESTING_MAX: usize = 16;

/// Why a text is not canonical JSON of the expected shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or not of the expected shape. `line` and `column` count from 1; the category is serde_json's.
    #[error("not the expected JSON at line {line}, column {column}: {problem}")]
    Shape {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// `syntax`, `shape` (missing, unknown or duplicate member, wrong type) or `truncated`.
        problem: &'static str,
    },
    /// The text has the right shape, but another encoding than RFC 8785's.
    #[error("not canonical JSON (RFC 8785): differs from its canonical form at byte {at}")]
    NotCanonical {
        /// Offset of the first byte that differs.
        at: usize,
    },
    /// Objects and arrays are nested deeper than [`NESTING_MAX`].
    #[error("not the expected JSON: nested deeper than {NESTING_MAX} at byte {at}")]
    TooDeep {
        /// Offset of the bracket that is too many.
        at: usize,
    },
    /// A value that this protocol's JSON cannot hold.
    #[error("value cannot be written in this protocol's JSON: {0}")]
    Unsupported(&'static str),
}

/// Reads a canonical text. `T`'s own checks run in its `Deserialize`.
pub fn decode<T: DeserializeOwned + Serialize>(text: &str) -> Result<T, JsonError> {
    let value: T = read(text)?;
    same_bytes(text, &encode(&value)?)?;
    Ok(value)
}

/// Reads JSON in which white space and member order are free: for files that people edit. Unknown and duplicate members are
/// still refused where `T` refuses them.
pub fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, JsonError> {
    check_nesting(text)?;
    serde_json::from_str(text).map_err(|e| JsonError::Shape {
        line: e.line(),
        column: e.column(),
        problem: match e.classify() {
            serde_json::error::Category::Data => "shape",
            serde_json::error::Category::Eof => "truncated",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "syntax",
        },
    })
}

/// Counts brackets before anybody recurses into them, whatever the shape that is expected.
fn check_nesting(text: &str) -> Result<(), JsonError> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > NESTING_MAX {
                    return Err(JsonError::TooDeep { at });
                }
            }
            // A bracket too many is for the parser to find.
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Encodes a value canonically. Struct members must be declared in ascending order; maps are sorted here.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, JsonError> {
    let mut out = String::new();
    encode_into(value, &mut out)?;
    Ok(out)
}

/// As [`encode`], appending to a buffer that can be used again.
pub fn encode_into<T: Serialize + ?Sized>(value: &T, out: &mut String) -> Result<(), JsonError> {
    value.serialize(Encoder { out })
}

/// Compares a text with its canonical form.
pub(crate) fn same_bytes(text: &str, canonical: &str) -> Result<(), JsonError> {
    if text == canonical {
        return Ok(());
    }
    let at = text.bytes().zip(canonical.bytes()).take_while(|(a, b)| a == b).count();
    Err(JsonError::NotCanonical { at })
}

/// Appends a string literal with RFC 8785's escapes.
pub fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, tail) = rest.split_at(plain_run(rest.as_bytes()));
        if tail.is_empty() {
            break;
        }
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\r') => out.push_str("\\r"),
            Some(control) => {
                let code = u32::from(control);
                out.push_str("\\u00");
                for shift in [4, 0] {
                    out.push(char::from_digit((code >> shift) & 0xf, 16).unwrap_or('0'));
                }
            }
            None => break,
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Ascending by UTF-16 code units, the order that RFC 8785 §3.2.3 demands of member names.
#[must_use]
pub fn utf16_order(a: &str, b: &str) -> std::cmp::Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

impl ser::Error for JsonError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        JsonError::Unsupported("a type refused to be serialised")
    }
}

struct Encoder<'a> {
    out: &'a mut String,
}

macro_rules! refuse {
    ($($method:ident($ty:ty) = $why:literal;)*) => {$(
        fn $method(self, _: $ty) -> Result<(), JsonError> { Err(JsonError::Unsupported($why)) }
    )*};
}

macro_rules! integers {
    ($($method:ident($ty:ty);)*) => {$(
        fn $method(self, v: $ty) -> Result<(), JsonError> {
            match u64::try_from(v) {
                Ok(n) => self.serialize_u64(n),
                Err(_) => Err(JsonError::Unsupported("a negative integer")),
            }
        }
    )*};
}

impl<'a> ser::Serializer for Encoder<'a> {
    type Ok = ();
    type Error = JsonError;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Impossible<(), JsonError>;
    type SerializeTupleVariant = Impossible<(), JsonError>;
    type SerializeMap = Sorted<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Impossible<(), JsonError>;

    integers! {
        serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32);
    }
    refuse! {
        serialize_f32(f32) = "a fraction";
        serialize_f64(f64) = "a fraction";
        serialize_bytes(&[u8]) = "bytes";
        serialize_unit_struct(&'static str) = "a unit";
    }

    fn serialize_u64(self, v: u64) -> Result<(), JsonError> {
        if v >= INTEGER_BOUND {
            return Err(JsonError::Unsupported("an integer of 2^53 or more"));
        }
        self.out.push_str(&v.to_string());
        Ok(())
    }
    fn serialize_bool(self, v: bool) -> Result<(), JsonError> {
        self.out.push_str(if v { "true" } else { "false" });
        Ok(())
    }
    fn serialize_char(self, v: char) -> Result<(), JsonError> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, v: &str) -> Result<(), JsonError> {
        push_string(self.out, v);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), JsonError> {
        Err(JsonError::Unsupported("null: an absent member is left out"))
    }
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<(), JsonError> {
        v.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), JsonError> {
        Err(JsonError::Unsupported("null"))
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), JsonError> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, v: &T) -> Result<(), JsonError> {
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), JsonError> {
        Err(JsonError::Unsupported("a variant with content"))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence<'a>, JsonError> {
        self.out.push('[');
        Ok(Sequence { out: self.out, first: true })
    }
    fn serialize_tuple(self, len: usize) -> Result<Sequence<'a>, JsonError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Impossible<(), JsonError>, JsonError> {
        Err(JsonError::Unsupported("a tuple struct"))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), JsonError>, JsonError> {
        Err(JsonError::Unsupported("a variant with content"))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Sorted<'a>, JsonError> {
        Ok(Sorted { out: self.out, members: Vec::new(), name: None })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, JsonError> {
        self.out.push('{');
        Ok(Members { out: self.out, last: None })
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), JsonError>, JsonError> {
        Err(JsonError::Unsupported("a variant with content"))
    }
}

/// An array.
struct Sequence<'a> {
    out: &'a mut String,
    first: bool,
}

impl ser::SerializeSeq for Sequence<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), JsonError> {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        v.serialize(Encoder { out: self.out })
    }
    fn end(self) -> Result<(), JsonError> {
        self.out.push(']');
        Ok(())
    }
}

impl ser::SerializeTuple for Sequence<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), JsonError> {
        ser::SerializeSeq::serialize_element(self, v)
    }
    fn end(self) -> Result<(), JsonError> {
        ser::SerializeSeq::end(self)
    }
}

/// A struct: its members are declared in ascending order, so nothing is buffered.
struct Members<'a> {
    out: &'a mut String,
    last: Option<&'static str>,
}

impl ser::SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, v: &T) -> Result<(), JsonError> {
        match self.last {
            Some(last) if last >= name => {
                return Err(JsonError::Unsupported("a struct whose members are not declared in order"));
            }
            Some(_) => self.out.push(','),
            None => {}
        }
        self.last = Some(name);
        push_string(self.out, name);
        self.out.push(':');
        v.serialize(Encoder { out: self.out })
    }
    fn end(self) -> Result<(), JsonError> {
        self.out.push('}');
        Ok(())
    }
}

/// A map: its names are data, so they are sorted here.
struct Sorted<'a> {
    out: &'a mut String,
    members: Vec<(String, String)>,
    name: Option<String>,
}

impl ser::SerializeMap for Sorted<'_> {
    type Ok = ();
    type Error = JsonError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), JsonError> {
        let mut literal = String::new();
        key.serialize(Encoder { out: &mut literal })?;
        let name =
            serde_json::from_str(&literal).map_err(|_| JsonError::Unsupported("a member name that is not a string"))?;
        self.name = Some(name);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), JsonError> {
        let name = self.name.take().ok_or(JsonError::Unsupported("a value without a name"))?;
        let mut literal = String::new();
        v.serialize(Encoder { out: &mut literal })?;
        self.members.push((name, literal));
        Ok(())
    }
    fn end(mut self) -> Result<(), JsonError> {
        self.members.sort_by(|a, b| utf16_order(&a.0, &b.0));
        self.out.push('{');
        for (i, (name, literal)) in self.members.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            push_string(self.out, name);
            self.out.push(':');
            self.out.push_str(literal);
        }
        self.out.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        a: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        b: Option<String>,
        c: BTreeMap<String, String>,
    }

    #[test]
    fn accepts_only_the_canonical_bytes() {
        let text = r#"{"a":1,"b":"é\n\u0001","c":{"":"\"\\","x":"y"}}"#;
        assert_eq!(encode(&decode::<Sample>(text).unwrap()).unwrap(), text);
        for bad in [
            r#"{"a":1,"b":"é","c":{"x":"y","x":"y"}}"#,
            r#"{"a":1,"a":1,"c":{}}"#,
            r#"{"a":1, "c":{}}"#,
            r#"{"c":{},"a":1}"#,
            r#"{"a":1,"c":{}} "#,
            r#"{"a":1,"c":{},"d":1}"#,
            r#"{"a":1.0,"c":{}}"#,
            r#"{"a":1e0,"c":{}}"#,
            r#"{"a":-0,"c":{}}"#,
            r#"{"a":01,"c":{}}"#,
            r#"{"a":9007199254740992,"c":{}}"#,
            r#"{"a":1,"b":null,"c":{}}"#,
            r#"{"a":1,"b":"\ud800","c":{}}"#,
            r#"{"a":1,"b":"\u00e9","c":{}}"#,
            r#"{"a":1,"b":"\/","c":{}}"#,
            r#"{"a":1,"b":"\u000A","c":{}}"#,
            r#"{"a":1}"#,
        ] {
            assert!(decode::<Sample>(bad).is_err(), "{bad}");
        }
        assert_eq!(decode::<Sample>(r#"{"a":9007199254740991,"c":{}}"#).unwrap().a, INTEGER_BOUND - 1);
    }

    #[test]
    fn nesting_is_counted_whatever_the_shape() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let read_any = |text: &str| read::<serde_json::Value>(text).map(drop);
        assert_eq!(read_any(&nested(NESTING_MAX)), Ok(()));
        assert_eq!(read_any(&nested(NESTING_MAX + 1)), Err(JsonError::TooDeep { at: NESTING_MAX }));
        let mixed = format!("{}1{}", "{\"a\":[".repeat(8), "]}".repeat(8));
        assert_eq!(read_any(&mixed), Ok(()));
        assert_eq!(read_any(&format!("[{mixed}]")).unwrap_err(), JsonError::TooDeep { at: 1 + 7 * 6 + 5 });
        // Brackets in strings are text, closing ones count, and a million open ones are refused at the seventeenth.
        assert_eq!(read_any(&format!("\"{}\"", "[".repeat(100))), Ok(()));
        assert_eq!(read_any(&format!("\"\\\"{}\"", "{".repeat(100))), Ok(()));
        assert_eq!(read_any(&format!("[{}[]]", "[],".repeat(100))), Ok(()));
        assert_eq!(read_any(&"[".repeat(1_000_000)), Err(JsonError::TooDeep { at: NESTING_MAX }));
        assert_eq!(
            decode::<Sample>(&"{\"a\":".repeat(1_000_000)).unwrap_err(),
            JsonError::TooDeep { at: 5 * NESTING_MAX }
        );
    }

    #[test]
    fn names_sort_by_utf16_code_units() {
        // U+1F600 is the surrogate pair D83D DE00, which sorts before U+E000 although its UTF-8 bytes sort after.
        let map = BTreeMap::from([("\u{e000}".to_owned(), 1u64), ("\u{1f600}".to_owned(), 2)]);
        assert_eq!(encode(&map).unwrap(), "{\"\u{1f600}\":2,\"\u{e000}\":1}");
    }
}
