//! REST towards venues: GET with a deadline and a bound, no redirects.

use std::sync::Arc;
use std::time::Duration;

use super::FeedLimits;

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("cannot ask {url}: {reason}")]
    Request { url: String, reason: String },
    #[error("{url} answered {status}: {head}")]
    Status { url: String, status: u16, head: String },
    #[error("{url} did not answer in time")]
    TimedOut { url: String },
}

/// One per feed; not `Send`, it lives on the feed's arbiter.
#[derive(Clone)]
pub struct HttpClient {
    client: awc::Client,
    timeout: Duration,
    limit: usize,
}

impl HttpClient {
    pub fn new(limits: &FeedLimits) -> Self {
        let connector =
            awc::Connector::new().rustls_0_23(Arc::new(tls_config())).timeout(limits.connect_timeout);
        let client = awc::Client::builder()
            .connector(connector)
            .timeout(limits.http_timeout)
            .disable_redirects()
            .add_default_header(("User-Agent", concat!("marketd/", env!("CARGO_PKG_VERSION"))))
            .finish();
        Self { client, timeout: limits.http_timeout, limit: limits.http_bytes }
    }

    pub async fn get(&self, url: &str) -> Result<Vec<u8>, HttpError> {
        let request = |reason: String| HttpError::Request { url: url.to_owned(), reason };
        let ask = async {
            let mut response =
                self.client.get(url).send().await.map_err(|error| request(error.to_string()))?;
            let body = response.body().limit(self.limit).await.map_err(|error| request(error.to_string()))?;
            if !response.status().is_success() {
                let head = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
                let status = response.status().as_u16();
                return Err(HttpError::Status { url: url.to_owned(), status, head });
            }
            Ok(body.to_vec())
        };
        // awc's own timeout ends with the response head; this one covers the body too.
        match tokio::time::timeout(self.timeout, ask).await {
            Ok(answer) => answer,
            Err(_) => Err(HttpError::TimedOut { url: url.to_owned() }),
        }
    }
}

/// TLS with the web's roots.
pub fn tls_config() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}
