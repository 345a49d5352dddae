//! The other way to tell a bot of interactions: signed posts to an address of its own, and the answer is the response.

use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;

use super::upload::{self, Upload};

/// The bot's endpoint, and the key that its posts are signed with.
#[derive(Clone, Debug)]
pub struct Door {
    pub url: String,
    key: SigningKey,
    client: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Response {
    /// The JSON, and the files beside it.
    pub fn read(&self) -> (Value, Vec<Upload>) {
        let text = || String::from_utf8_lossy(&self.body);
        upload::parse(&self.content_type, &self.body).unwrap_or_else(|| panic!("{} cannot be read", text()))
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Door {
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), key: SigningKey::from_bytes(&[42; 32]), client: reqwest::Client::new() }
    }

    /// The public key, as the Developer Portal shows it.
    pub fn public_key() -> String {
        hex(Self::at("").key.verifying_key().as_bytes())
    }

    pub fn signature(&self, timestamp: &str, body: &str) -> String {
        hex(&self.key.sign(format!("{timestamp}{body}").as_bytes()).to_bytes())
    }

    /// Posts with these two headers, or without those that are empty.
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

    /// Posts as Discord does.
    pub async fn post(&self, body: &str) -> Response {
        let timestamp = now().to_string();
        self.post_with(&self.signature(&timestamp, body), &timestamp, body.to_owned()).await
    }
}
