//! One connection to Discord's gateway: what comes in, read; what goes out, written; each within its time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::{Value, json};
use serenity::model::event::GatewayEvent;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::secret::Secret;

const API_VERSION: u8 = 10;
/// Connecting, with the first word of Discord.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// One frame that goes out.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// However often Discord wants a heartbeat, it gets it no more often, and no more seldom, than this.
const MIN_HEARTBEAT_INTERVAL: Duration = Duration::from_millis(500);
const MAX_HEARTBEAT_INTERVAL: Duration = Duration::from_secs(600);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A connection.
#[derive(Debug)]
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came in.
#[derive(Debug)]
pub enum SocketEvent {
    /// Something that can be read.
    Payload(Box<GatewayEvent>),
    /// Something that cannot, and its number in the session where it has one.
    Undecodable(Option<u64>),
    /// Discord has closed the connection, with this code where it says one.
    Closed(Option<u16>),
    /// The line is dead.
    Failed(String),
}

/// What has to be said to begin a session.
#[derive(Clone, Debug)]
pub struct IdentifyInfo {
    /// The bot's token.
    pub token: Secret,
    /// What it wants to hear of, as bits.
    pub intents: u64,
    /// Which shard, of how many.
    pub shard: [u32; 2],
}

impl Socket {
    /// Connects, and gives how often Discord wants a heartbeat.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn open(url: &str) -> Result<(Socket, Duration), String> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Socket::open_trusting(url, roots).await
    }

    /// As [`Socket::open`]; a `wss` address needs a certificate that one of these roots vouches for.
    async fn open_trusting(url: &str, roots: RootCertStore) -> Result<(Socket, Duration), String> {
        let opening = async {
            let url = format!("{}/?v={API_VERSION}&encoding=json", url.trim_end_matches('/'));
            let connector = Connector::Rustls(Arc::new(tls_config(roots)?));
            // Frames are small and must not wait for others: TCP_NODELAY.
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
                    _ => Err("it does not begin with a greeting".to_owned()),
                },
                SocketEvent::Closed(code) => Err(format!("it was closed at once, with code {code:?}")),
                SocketEvent::Failed(why) => Err(why),
                SocketEvent::Undecodable(_) => Err("its greeting cannot be read".to_owned()),
            }
        };
        timeout(CONNECT_TIMEOUT, opening).await.unwrap_or_else(|_| Err("no greeting in time".to_owned()))
    }

    /// Waits for what comes in next. Nothing is lost where the wait is given up.
    pub async fn recv(&mut self) -> SocketEvent {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return parse_payload(&text),
                Some(Ok(Message::Close(frame))) => return SocketEvent::Closed(frame.map(|frame| frame.code.into())),
                Some(Ok(Message::Binary(_))) => return SocketEvent::Undecodable(None),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return SocketEvent::Failed(error.to_string()),
                None => return SocketEvent::Failed("the line was cut".to_owned()),
            }
        }
    }

    /// Sends a heartbeat with the number of the last event.
    ///
    /// # Errors
    /// Where the line is dead.
    pub async fn heartbeat(&mut self, last: Option<u64>) -> Result<(), String> {
        self.send(&json!({"op": 1, "d": last})).await
    }

    /// Begins a new session. This is what Discord counts.
    ///
    /// # Errors
    /// Where the line is dead.
    pub async fn identify(&mut self, introduction: &IdentifyInfo) -> Result<(), String> {
        let IdentifyInfo { token, intents, shard } = introduction;
        let properties = json!({"os": std::env::consts::OS, "browser": "rolecall", "device": "rolecall"});
        self.send(&json!({"op": 2, "d": {
            "token": token.expose_secret(), "intents": intents, "shard": shard, "properties": properties, "compress": false,
        }}))
        .await
    }

    /// Goes on with a session after its event of this number.
    ///
    /// # Errors
    /// Where the line is dead.
    pub async fn resume(&mut self, token: &Secret, session: &str, last: u64) -> Result<(), String> {
        self.send(&json!({"op": 6, "d": {"token": token.expose_secret(), "session_id": session, "seq": last}})).await
    }

    /// Closes with a code; 1000 ends the session as well.
    pub async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        let closing = async {
            let _ = self.0.close(Some(frame)).await;
            while let Some(Ok(_)) = self.0.next().await {}
        };
        let _ = timeout(CLOSE_TIMEOUT, closing).await;
    }

    async fn send(&mut self, what: &Value) -> Result<(), String> {
        match timeout(WRITE_TIMEOUT, self.0.send(Message::text(what.to_string()))).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err("the line takes nothing more".to_owned()),
        }
    }
}

/// TLS 1.2 or 1.3 with the same rustls and the same cryptography (ring) that the REST client uses. The provider is named, since
/// rustls has no default one as soon as any crate of the build turns on a second.
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

    /// A gateway over TLS on loopback that sends HELLO: its address, the root that vouches for it, and the TLS version that the
    /// client agreed to, where it trusted the certificate.
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
    async fn the_gateway_is_spoken_to_over_tls_1_3() {
        let (url, roots, serve) = tls_gateway().await;
        let (opened, version) = tokio::join!(Socket::open_trusting(&url, roots), serve);
        assert_eq!(opened.map(|(_, interval)| interval), Ok(Duration::from_millis(41_250)));
        assert_eq!(version, Some(ProtocolVersion::TLSv1_3));
    }

    #[tokio::test]
    async fn a_certificate_from_an_unknown_issuer_is_refused() {
        let (url, _, serve) = tls_gateway().await;
        let (opened, version) = tokio::join!(Socket::open(&url), serve);
        let why = opened.map(drop).expect_err("nobody vouches for it");
        assert!(why.contains("UnknownIssuer"), "{why}");
        assert_eq!(version, None);
    }

    #[test]
    fn what_cannot_be_read_still_counts() {
        assert!(matches!(parse_payload(r#"{"op": 0, "s": 7, "t": 5, "d": null}"#), SocketEvent::Undecodable(Some(7))));
        let unknown = json!({"op": 0, "s": 8, "t": "SOMETHING_NEW", "d": {"id": false}}).to_string();
        assert!(
            matches!(parse_payload(&unknown), SocketEvent::Payload(event) if matches!(*event, GatewayEvent::Dispatch(8, _)))
        );
        assert!(matches!(parse_payload(r#"{"op": 99, "d": null}"#), SocketEvent::Undecodable(None)));
    }

    proptest! {
        #[test]
        fn whatever_comes_in_is_no_fault(text in ".*", op in 0..40, number in any::<i64>()) {
            parse_payload(&text);
            parse_payload(&json!({"op": op, "s": number, "t": text, "d": {text.clone(): number}}).to_string());
        }
    }
}
