//! The service's own publication: after every change of the log, and every few seconds in case only cosignatures changed.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{ShipError, Shipped, Shipper, erased_tables};
use crate::failure::Failure;
use crate::service::Service;

/// Longest wait between two looks.
const EVERY: Duration = Duration::from_secs(5);
/// Longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is told of it.
pub type Tell = Box<dyn Fn(Result<Shipped, &ShipError>) + Send + Sync>;

/// Failures in a row from which on publication counts as standing still. Fewer pass unnoticed: a store that is busy, a connection that broke.
const STANDSTILL: u32 = 3;

/// How publication stands, for whoever watches the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Entries that were published when it last succeeded; `None` before it did.
    pub size: Option<u64>,
    failures: u32,
    error: Option<ShipError>,
}

impl Standing {
    /// Why nothing is published any more: at once if a person has to decide, otherwise after several failures in a row.
    #[must_use]
    pub fn standstill(&self) -> Option<&ShipError> {
        self.error.as_ref().filter(|error| error.lasts() || self.failures >= STANDSTILL)
    }
}

impl Service {
    /// How publication stands; `None` if the log is published nowhere else.
    #[must_use]
    pub fn publication(&self) -> Option<Standing> {
        self.publish_to()?;
        Some(self.publication.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn note_publication(&self, result: &Result<Shipped, ShipError>) {
        let mut standing = self.publication.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(shipped) => *standing = Standing { size: Some(shipped.size), ..Standing::default() },
            Err(error) => {
                standing.failures = standing.failures.saturating_add(1);
                standing.error = Some(error.clone());
            }
        }
    }
}

/// A shipper for a service's log.
pub fn shipper(service: &Service, place: &str) -> Result<Shipper, Failure> {
    Shipper::new(place, &service.public()).map_err(wrong)
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
        // Asked anew each time: keys change and draws are erased while the service runs.
        let (keys, erased) = {
            let ledger = service.ledger();
            (ledger.log_keys().to_vec(), erased_tables(&ledger))
        };
        let shipped = shipper.ship(&keys, &erased).await;
        service.note_publication(&shipped);
        let wait = match shipped {
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
