//! Carries the requests of `object_store` over this program's own HTTP client: one TLS (rustls with ring), no second HTTP stack.

use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector as Tcp};
use hyper_util::rt::TokioExecutor;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};

/// From the first byte of a request to the head of its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes clients.
#[derive(Debug)]
pub(super) struct Transport;

#[derive(Debug)]
struct Carrier(Client<HttpsConnector<Tcp>, HttpRequestBody>);

/// Nothing came in time.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {} s", PATIENCE.as_secs())]
struct NoAnswer;

impl HttpConnector for Transport {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let wrong = |e: rustls::Error| object_store::Error::Generic { store: "HTTP", source: Box::new(e) };
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(wrong)?;
        let plain = options.get_config_value(&object_store::ClientConfigKey::AllowHttp).as_deref() == Some("true");
        let https = if plain { https.https_or_http() } else { https.https_only() };
        let client = Client::builder(TokioExecutor::new()).build(https.enable_http1().build());
        Ok(HttpClient::new(Carrier(client)))
    }
}

#[async_trait]
impl HttpService for Carrier {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = tokio::time::timeout(PATIENCE, self.0.request(request)).await;
        let answer = answer.map_err(|_| HttpError::new(HttpErrorKind::Timeout, NoAnswer))?;
        let response = answer.map_err(|e| {
            // Before a connection stands nothing was sent, so it may be sent again; afterwards nobody knows.
            let kind = if e.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
            HttpError::new(kind, e)
        })?;
        let broken = |e: hyper::Error| HttpError::new(HttpErrorKind::Interrupted, e);
        Ok(response.map(|body| HttpResponseBody::new(body.map_err(broken))))
    }
}
