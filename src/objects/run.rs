//! The service's own publication: after every change of the log, and every few seconds in case only cosignatures changed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{ShipError, Shipped, Shipper};
use crate::failure::Failure;
use crate::service::Service;

/// Longest wait between two looks.
const EVERY: Duration = Duration::from_secs(5);
/// Longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is told of it.
pub type Tell = Box<dyn Fn(Result<Shipped, &ShipError>) + Send + Sync>;

/// The tables of draws that the log says were erased.
fn erased(service: &Service) -> BTreeSet<String> {
    let ledger = service.ledger();
    let draws = ledger.draws().filter(|(_, draw)| draw.erased().is_some());
    draws.filter_map(|(_, draw)| Some(draw.terms()?.pool.table?.to_string())).collect()
}

/// A shipper for a service's log.
pub fn shipper(service: &Service, place: &str) -> Result<Shipper, Failure> {
    let keys = service.ledger().log_keys().to_vec();
    Shipper::new(place, &service.public(), keys).map_err(wrong)
}

/// Looks at the setting alone: nothing is made, nobody is asked.
pub fn check(place: &str) -> Result<(), Failure> {
    Shipper::check(place).map_err(wrong)
}

fn wrong(why: String) -> Failure {
    Failure::usage(format!("publish_to: {why}"))
        .advise("correct the setting publish_to; credentials come from the environment, as AWS names them")
}

/// Publishes until the task is dropped. After something that a person has to decide it tells of it once, and goes on looking whether it was.
pub async fn run(service: Arc<Service>, mut shipper: Shipper, tell: Tell) {
    let mut changes = service.changes();
    let (mut failures, mut told): (u32, Option<ShipError>) = (0, None);
    loop {
        let wait = match shipper.ship(&erased(&service)).await {
            Ok(shipped) => {
                if shipped.files > 0 || told.is_some() {
                    tell(Ok(shipped));
                }
                (failures, told) = (0, None);
                EVERY
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                if told.as_ref() != Some(&error) {
                    tell(Err(&error));
                    told = Some(error);
                }
                Duration::from_secs(1 << failures.min(6)).min(LONGEST_WAIT)
            }
        };
        if failures > 0 {
            tokio::time::sleep(wait).await;
        } else if let Ok(Err(_)) = tokio::time::timeout(wait, changes.changed()).await {
            return;
        }
    }
}
