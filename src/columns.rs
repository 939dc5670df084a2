//! Names of columns as an argument gives them: several with commas between, a name that holds a comma in quotation marks, as in a line of CSV.

use std::str::FromStr;

/// The names in one argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnNames(pub(crate) Vec<String>);

impl FromStr for ColumnNames {
    type Err = String;

    fn from_str(argument: &str) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(argument.as_bytes());
        let mut lines = reader.records();
        match (lines.next(), lines.next()) {
            (None, _) => Err("no column is named".to_owned()),
            (Some(Ok(names)), None) => Ok(Self(names.iter().map(str::to_owned).collect())),
            _ => Err("expected names with commas between, such as street,\"town, country\"".to_owned()),
        }
    }
}

/// All names of an argument that was given once or more often.
pub(crate) fn all(given: &[ColumnNames]) -> Vec<String> {
    given.iter().flat_map(|names| names.0.iter().cloned()).collect()
}

/// The argument that gives these names.
pub(crate) fn argument(names: &[String]) -> String {
    let quoted = |name: &String| {
        if name.is_empty() || name.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.clone()
        }
    };
    names.iter().map(quoted).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_from_the_argument_that_gives_them() {
        for names in [vec!["street"], vec!["street", "town, country"], vec!["the \"old\" street", "a,b", "é", "x\ny"]]
        {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            assert_eq!(argument(&names).parse(), Ok(ColumnNames(names)));
        }
        assert!("".parse::<ColumnNames>().is_err() && "a\nb".parse::<ColumnNames>().is_err());
    }
}
