//! Interactions over HTTP: signed POST requests to the bot's interactions endpoint, whose response is the interaction response.

use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;

use super::multipart::{self, Upload};

/// The URL of the bot's interactions endpoint and the Ed25519 key that signs requests to it.
#[derive(Clone, Debug)]
pub struct Door {
    pub url: String,
    key: SigningKey,
    client: reqwest::Client,
}

/// The response of the endpoint.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Response {
    /// Parses the body: JSON and files.
    pub fn read(&self) -> (Value, Vec<Upload>) {
        let text = || String::from_utf8_lossy(&self.body);
        multipart::parse(&self.content_type, &self.body).unwrap_or_else(|| panic!("{} cannot be read", text()))
    }
}

/// The Unix time in seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Door {
    /// An endpoint at this URL, with a fixed key.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), key: SigningKey::from_bytes(&[42; 32]), client: reqwest::Client::new() }
    }

    /// The public key in hex, as in the Developer Portal.
    pub fn public_key() -> String {
        hex(Self::at("").key.verifying_key().as_bytes())
    }

    /// The signature in hex of a timestamp and a body.
    pub fn signature(&self, timestamp: &str, body: &str) -> String {
        hex(&self.key.sign(format!("{timestamp}{body}").as_bytes()).to_bytes())
    }

    /// Sends a POST with these signature headers; an empty one is left out.
    pub async fn post_with(&self, signature: &str, timestamp: &str, body: impl Into<reqwest::Body>) -> Response {
        let mut request = self.client.post(&self.url).header("content-type", "application/json");
        for (name, value) in [("X-Signature-Ed25519", signature), ("X-Signature-Timestamp", timestamp)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let response = request.body(body).send().await.expect("a response");
        let content_type = response.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let (status, content_type) = (response.status().as_u16(), content_type.to_owned());
        Response { status, content_type, body: response.bytes().await.expect("a body").to_vec() }
    }

    /// Sends a POST with a valid signature and the current time.
    pub async fn post(&self, body: &str) -> Response {
        let timestamp = now().to_string();
        self.post_with(&self.signature(&timestamp, body), &timestamp, body.to_owned()).await
    }
}
