//! One WebSocket connection to the gateway: payloads in, payloads out, each with a timeout.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::{Value, json};
use serenity::model::event::GatewayEvent;
use serenity::model::gateway::ShardInfo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::secret::Secret;

const API_VERSION: u8 = 10;
/// From the TCP connect to HELLO (op 10).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// For one outgoing frame.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// HELLO's `heartbeat_interval` is clamped to these bounds.
const MIN_HEARTBEAT_INTERVAL: Duration = Duration::from_millis(500);
const MAX_HEARTBEAT_INTERVAL: Duration = Duration::from_secs(600);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// An open connection that has received HELLO.
#[derive(Debug)]
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What [`Socket::recv`] returns.
#[derive(Debug)]
pub(crate) enum SocketEvent {
    /// A decoded payload.
    Payload(Box<GatewayEvent>),
    /// A payload that serenity cannot decode, and its sequence number `s` if it has one.
    Undecodable(Option<u64>),
    /// Discord closed the connection, with this close code if any.
    Closed(Option<u16>),
    /// The connection failed.
    Failed(String),
}

/// The fields of IDENTIFY (op 2).
#[derive(Clone, Debug)]
pub(crate) struct IdentifyInfo {
    /// The bot's token.
    pub(crate) token: Secret,
    /// The gateway intents as a bit set.
    pub(crate) intents: u64,
    /// Which of how many shards.
    pub(crate) shard: ShardInfo,
}

impl Socket {
    /// Connects, waits for HELLO (op 10) and returns the heartbeat interval.
    ///
    /// # Errors
    /// If the connection fails or HELLO does not arrive in time; the text is for the log.
    pub(crate) async fn open(url: &str) -> Result<(Socket, Duration), String> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Socket::open_trusting(url, roots).await
    }

    /// Like [`Self::open`], with these root certificates for `wss` URLs.
    async fn open_trusting(url: &str, roots: RootCertStore) -> Result<(Socket, Duration), String> {
        let handshake = async {
            let url = format!("{}/?v={API_VERSION}&encoding=json", url.trim_end_matches('/'));
            let connector = Connector::Rustls(Arc::new(tls_config(roots)?));
            // `true` sets TCP_NODELAY: frames are small and must not be delayed.
            let (stream, _) = connect_async_tls_with_config(url, None, true, Some(connector))
                .await
                .map_err(|error| error.to_string())?;
            let mut socket = Socket(stream);
            match socket.recv().await {
                SocketEvent::Payload(event) => match *event {
                    GatewayEvent::Hello(interval) => Ok((
                        socket,
                        Duration::from_millis(interval).clamp(MIN_HEARTBEAT_INTERVAL, MAX_HEARTBEAT_INTERVAL),
                    )),
                    _ => Err("expected HELLO (op 10)".to_owned()),
                },
                SocketEvent::Closed(Some(code)) => Err(format!("closed before HELLO (op 10) with close code {code}")),
                SocketEvent::Closed(None) => Err("closed before HELLO (op 10) without a close code".to_owned()),
                SocketEvent::Failed(error) => Err(error),
                SocketEvent::Undecodable(_) => Err("HELLO (op 10) could not be decoded".to_owned()),
            }
        };
        timeout(CONNECT_TIMEOUT, handshake)
            .await
            .unwrap_or_else(|_| Err("timed out waiting for HELLO (op 10)".to_owned()))
    }

    /// Waits for the next payload; cancel-safe.
    pub(crate) async fn recv(&mut self) -> SocketEvent {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return parse_payload(&text),
                Some(Ok(Message::Close(frame))) => return SocketEvent::Closed(frame.map(|frame| frame.code.into())),
                Some(Ok(Message::Binary(_))) => return SocketEvent::Undecodable(None),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return SocketEvent::Failed(error.to_string()),
                None => return SocketEvent::Failed("the connection ended without a close frame".to_owned()),
            }
        }
    }

    /// Sends HEARTBEAT (op 1) with the last sequence number.
    ///
    /// # Errors
    /// If the write fails or times out.
    pub(crate) async fn heartbeat(&mut self, sequence: Option<u64>) -> Result<(), String> {
        self.send(&json!({"op": 1, "d": sequence})).await
    }

    /// Sends IDENTIFY (op 2), which counts towards the session start limit.
    ///
    /// # Errors
    /// If the write fails or times out.
    pub(crate) async fn identify(&mut self, identify_info: &IdentifyInfo) -> Result<(), String> {
        let IdentifyInfo { token, intents, shard } = identify_info;
        let properties = json!({"os": std::env::consts::OS, "browser": "rolecall", "device": "rolecall"});
        self.send(&json!({"op": 2, "d": {
            "token": token.expose_secret(), "intents": intents, "shard": shard, "properties": properties, "compress": false,
        }}))
        .await
    }

    /// Sends RESUME (op 6) with the session's last sequence number.
    ///
    /// # Errors
    /// If the write fails or times out.
    pub(crate) async fn resume(&mut self, token: &Secret, session_id: &str, sequence: u64) -> Result<(), String> {
        self.send(&json!({"op": 6, "d": {"token": token.expose_secret(), "session_id": session_id, "seq": sequence}}))
            .await
    }

    /// Closes with this close code; 1000 also ends the session.
    pub(crate) async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        let close = async {
            let _ = self.0.close(Some(frame)).await;
            while let Some(Ok(_)) = self.0.next().await {}
        };
        let _ = timeout(CLOSE_TIMEOUT, close).await;
    }

    async fn send(&mut self, payload: &Value) -> Result<(), String> {
        match timeout(WRITE_TIMEOUT, self.0.send(Message::text(payload.to_string()))).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err("timed out writing to the gateway".to_owned()),
        }
    }
}

/// TLS 1.2 or 1.3 with rustls and ring, as in the REST client. The provider is explicit, since rustls has no default
/// once any crate of the build enables a second one.
fn tls_config(roots: RootCertStore) -> Result<ClientConfig, String> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn parse_payload(text: &str) -> SocketEvent {
    #[derive(Deserialize)]
    struct SequenceOnly {
        s: Option<u64>,
    }
    match serde_json::from_str(text) {
        Ok(event) => SocketEvent::Payload(Box::new(event)),
        Err(_) => SocketEvent::Undecodable(serde_json::from_str::<SequenceOnly>(text).ok().and_then(|event| event.s)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::PrivateKeyDer;
    use rustls::{ProtocolVersion, ServerConfig};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// A gateway over TLS on loopback that sends HELLO: its address, its root certificate, and the negotiated TLS
    /// version; `None` if the client rejected the certificate.
    async fn tls_gateway() -> (String, RootCertStore, impl Future<Output = Option<ProtocolVersion>>) {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = certified.cert.der().clone();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("a root");
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a server certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("wss://localhost:{}", listener.local_addr().expect("an address").port());
        let serve = async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.ok()?;
            let version = stream.get_ref().1.protocol_version();
            let mut socket = tokio_tungstenite::accept_async(stream).await.expect("a WebSocket");
            let hello = json!({"op": 10, "d": {"heartbeat_interval": 41_250}}).to_string();
            socket.send(Message::text(hello)).await.expect("HELLO is sent");
            version
        };
        (url, roots, serve)
    }

    #[tokio::test]
    async fn connections_use_tls_1_3() {
        let (url, roots, serve) = tls_gateway().await;
        let (opened, version) = tokio::join!(Socket::open_trusting(&url, roots), serve);
        assert_eq!(opened.map(|(_, interval)| interval), Ok(Duration::from_millis(41_250)));
        assert_eq!(version, Some(ProtocolVersion::TLSv1_3));
    }

    #[tokio::test]
    async fn a_certificate_from_an_unknown_issuer_is_rejected() {
        let (url, _, serve) = tls_gateway().await;
        let (opened, version) = tokio::join!(Socket::open(&url), serve);
        let error = opened.map(drop).expect_err("an unknown issuer");
        assert!(error.contains("UnknownIssuer"), "{error}");
        assert_eq!(version, None);
    }

    #[test]
    fn an_undecodable_payload_keeps_its_sequence_number() {
        assert!(matches!(parse_payload(r#"{"op": 0, "s": 7, "t": 5, "d": null}"#), SocketEvent::Undecodable(Some(7))));
        let unknown = json!({"op": 0, "s": 8, "t": "SOMETHING_NEW", "d": {"id": false}}).to_string();
        assert!(
            matches!(parse_payload(&unknown), SocketEvent::Payload(event) if matches!(*event, GatewayEvent::Dispatch(8, _)))
        );
        assert!(matches!(parse_payload(r#"{"op": 99, "d": null}"#), SocketEvent::Undecodable(None)));
    }

    proptest! {
        #[test]
        fn no_payload_panics(text in ".*", op in 0..40, number in any::<i64>()) {
            parse_payload(&text);
            parse_payload(&json!({"op": op, "s": number, "t": text, "d": {text.clone(): number}}).to_string());
        }
    }
}
