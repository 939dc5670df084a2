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
    if u64::from(args.from) + args.count > u64::from(u32::MAX) {
        return Err(Failure::usage(format!("there are no tickets beyond index {}", u32::MAX - 1)));
    }
    let tickets = key.tickets(args.from, args.count).map(|t| t.to_string());
    if args.json {
        out::json(&tickets.collect::<Vec<_>>())?;
    } else {
        let mut page = String::new();
        for ticket in tickets {
            page.push_str(&ticket);
            page.push('\n');
            if page.len() > 1 << 16 {
                out::write(&page)?;
                page.clear();
            }
        }
        out::write(&page)?;
    }
    Ok(0)
}
