//! Times as people write them: RFC 3339, seconds since 1970, or `+90s`, `+2h`, `+3d` from now.

use crate::failure::Failure;

/// Reads a time. `now` is what `+…` counts from.
pub fn parse(text: &str, now: u64) -> Result<u64, Failure> {
    let bad = || {
        Failure::usage(format!("'{text}' is not a time"))
            .advise("write 2026-12-01T20:00:00Z, 2026-12-01T20:00:00+01:00, +2h, or seconds since 1970")
    };
    if let Some(ahead) = text.strip_prefix('+') {
        let unit = ahead.chars().last().ok_or_else(bad)?;
        let secs = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(bad()),
        };
        let count: u64 = ahead[..ahead.len() - 1].parse().map_err(|_| bad())?;
        return count.checked_mul(secs).and_then(|s| now.checked_add(s)).ok_or_else(bad);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        return text.parse().map_err(|_| bad());
    }
    let stamp: jiff::Timestamp = text.parse().map_err(|_| bad())?;
    u64::try_from(stamp.as_second()).map_err(|_| bad())
}

/// A time as people read it, in UTC: `2026-12-01 20:00:00 UTC`.
#[must_use]
pub fn show(secs: u64) -> String {
    match i64::try_from(secs).ok().and_then(|s| jiff::Timestamp::from_second(s).ok()) {
        Some(stamp) => stamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => format!("{secs} s after 1970"),
    }
}

/// The calendar year of a time, in UTC.
#[must_use]
pub fn year(secs: u64) -> u64 {
    // Mean Gregorian years are exact enough to label a register.
    const FOUR_CENTURIES_SECS: u64 = 146_097 * 86_400;
    1970 + secs / FOUR_CENTURIES_SECS * 400 + secs % FOUR_CENTURIES_SECS * 400 / FOUR_CENTURIES_SECS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!(parse("2026-12-01T20:00:00Z", 0), Ok(1_796_155_200));
        assert_eq!(parse("2026-12-01T21:00:00+01:00", 0), Ok(1_796_155_200));
        assert_eq!(parse("+2h", 10), Ok(7_210));
        assert_eq!(parse("1700000000", 0), Ok(1_700_000_000));
        for bad in [
            "",
            "+",
            "+h",
            "+1",
            "+é",
            "tomorrow",
            "-5",
            "2026-12-01",
            "+99999999999999999999d",
            "1969-01-01T00:00:00Z",
        ] {
            assert!(parse(bad, 0).is_err(), "{bad}");
        }
        assert_eq!(show(1_796_155_200), "2026-12-01 20:00:00 UTC");
        assert_eq!(year(1_796_155_200), 2026);
    }
}
