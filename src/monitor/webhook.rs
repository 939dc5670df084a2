//! Telling somebody else's program of a finding: one POST of JSON for each. Never sends anything but findings, never follows an answer.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, header};

use super::findings::Finding;
use crate::place::http_client;

/// From the first byte of the request to the answer's status.
const PATIENCE: Duration = Duration::from_secs(10);

/// An address that is told.
pub struct Webhook {
    url: String,
    runtime: tokio::runtime::Runtime,
}

#[derive(serde::Serialize)]
struct Json<'a> {
    log: &'a str,
    key: String,
    finding: &'a Finding,
}

impl Webhook {
    /// An `http` or `https` address.
    pub fn new(url: &str) -> Result<Self, String> {
        let fits = url.parse::<hyper::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
        });
        if !fits {
            return Err(format!("'{url}' is not an address that begins with https:// or http://"));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        Ok(Self { url: url.to_owned(), runtime })
    }

    /// Tells of a finding. `Ok` once the other side has answered with success.
    pub fn tell(&self, log: &str, finding: &Finding) -> Result<(), String> {
        let body = serde_json::to_vec(&Json { log, key: finding.key(), finding }).map_err(|e| e.to_string())?;
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("kleroterion/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| e.to_string())?;
        self.runtime.block_on(async {
            let client = http_client()?;
            match tokio::time::timeout(PATIENCE, client.request(request)).await {
                Ok(Ok(response)) if response.status().is_success() => Ok(()),
                Ok(Ok(response)) => Err(format!("the webhook answers {}", response.status())),
                Ok(Err(e)) => Err(format!("the webhook cannot be reached: {e}")),
                Err(_) => Err(format!("the webhook does not answer within {} s", PATIENCE.as_secs())),
            }
        })
    }
}
