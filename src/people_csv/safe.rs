//! Writes CSV that spreadsheets show as it is and never run.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe before it. Only exports pass through here; what was
//! committed is never altered.

use std::io::{self, Write};

/// Whether a spreadsheet might run the cell: it begins with `=`, `+`, `-`, `@`, their full-width forms, a tab or a carriage return
/// (OWASP, "CSV Injection"). Plain numbers and telephone numbers such as `-5` or `+32 87 59 60 00` cannot be run and are not meant.
#[must_use]
pub fn looks_like_formula(cell: &str) -> bool {
    let mut chars = cell.chars();
    match chars.next() {
        Some('=' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => true,
        Some('+' | '-') => !chars.as_str().bytes().all(|b| b.is_ascii_digit() || b" .,/()".contains(&b)),
        _ => false,
    }
}

/// A CSV writer for exports: comma, CRLF (RFC 4180), formula-looking cells made harmless.
pub struct SafeWriter<W: Write> {
    inner: csv::Writer<W>,
    cell: String,
    /// How many cells got an apostrophe.
    neutralised: u64,
}

impl<W: Write> SafeWriter<W> {
    /// Writes to `out`, with `delimiter` between the cells.
    pub fn new(out: W, delimiter: u8) -> Self {
        let inner = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(out);
        Self { inner, cell: String::new(), neutralised: 0 }
    }

    /// Writes one record.
    pub fn write<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        for cell in cells {
            if looks_like_formula(cell) {
                self.cell.clear();
                self.cell.push('\'');
                self.cell.push_str(cell);
                self.inner.write_field(&self.cell)?;
                self.neutralised += 1;
            } else {
                self.inner.write_field(cell)?;
            }
        }
        self.inner.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes, and gives back what was written to and how many cells were made harmless.
    pub fn finish(self) -> io::Result<(W, u64)> {
        let neutralised = self.neutralised;
        let mut out = self.inner.into_inner().map_err(|e| io::Error::from(e.error().kind()))?;
        out.flush()?;
        Ok((out, neutralised))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers() {
        for cell in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-x", "+1;=2"] {
            assert!(looks_like_formula(cell), "{cell:?}");
        }
        for cell in ["", "a=b", "-5", "+32 87 59 60 00", "-1,5", "+(32)/87", "O'Neill", "'=1"] {
            assert!(!looks_like_formula(cell), "{cell:?}");
        }
    }

    #[test]
    fn harmless_cells_keep_their_bytes() {
        let mut writer = SafeWriter::new(Vec::new(), b',');
        writer.write(["id", "note, \"quoted\""]).unwrap();
        writer.write(["", ""]).unwrap();
        writer.write(["=HYPERLINK(\"x\")", "é\nf"]).unwrap();
        let (bytes, neutralised) = writer.finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, "id,\"note, \"\"quoted\"\"\"\r\n,\r\n\"'=HYPERLINK(\"\"x\"\")\",\"é\nf\"\r\n");
        assert_eq!(neutralised, 1);
    }
}
