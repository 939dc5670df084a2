//! `klero tickets`: the tickets of a key, for whoever wants to count along.

use klero_draw::hash::from_hex;
use klero_draw::tickets::TicketKey;

use super::out;
use crate::failure::Failure;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  klero tickets --key 0000000000000000000000000000000000000000000000000000000000000000 --from 0 --count 3\n\n\
                        One ticket a line: 32 hexadecimal digits. The lowest tickets win; ties go to the lower index."
)]
pub struct Args {
    /// The ticket key, 64 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    key: String,
    /// First index
    #[arg(long, value_name = "I", default_value_t = 0)]
    from: u32,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u64,
    /// Print JSON: an array of strings
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let key = from_hex(&args.key.to_ascii_lowercase()).map(TicketKey::new).ok_or_else(|| {
        Failure::usage("the ticket key is not 64 hexadecimal digits")
            .advise("klero verify prints the ticket key of a draw")
    })?;
    let beyond = || {
        Failure::usage(format!("there are no tickets beyond index {}", u32::MAX - 1))
            .advise("ask for fewer, or begin earlier")
    };
    let end = u64::from(args.from).checked_add(args.count).filter(|end| *end <= u64::from(u32::MAX));
    end.ok_or_else(beyond)?;
    // Page by page: four thousand million of them are more than memory, and whoever reads them may have had enough.
    let mut page = String::from(if args.json { "[" } else { "" });
    for (at, ticket) in key.tickets(args.from, args.count).enumerate() {
        if args.json {
            page.push_str(&format!("{}\"{ticket}\"", if at == 0 { "" } else { "," }));
        } else {
            page.push_str(&format!("{ticket}\n"));
        }
        if page.len() > 1 << 16 {
            if !out::write_on(&page)? {
                return Ok(0);
            }
            page.clear();
        }
    }
    page.push_str(if args.json { "]\n" } else { "" });
    out::write(&page)?;
    Ok(0)
}
