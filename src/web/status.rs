//! The status server: `/healthz` (liveness), `/readyz` (readiness) and `/metrics` (OpenMetrics) over HTTP on its own address.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::engine::app::App;
use crate::engine::spaces::SpaceId;

/// For a whole connection; monitoring is expected to be near.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Further connections wait in the listen backlog.
const MAX_CONNECTIONS: usize = 32;
/// After an accept error, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);

const TEXT_PLAIN: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The status server; see the module.
#[derive(Debug)]
pub struct StatusServer(Arc<App>);

impl StatusServer {
    /// Binds the address and serves requests in a background task.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn listen(address: SocketAddr, engine: Arc<App>) -> io::Result<()> {
        let listener = TcpListener::bind(address).await?;
        let server = Arc::new(StatusServer(engine));
        tracing::info!("status on http://{}: /healthz, /readyz, /metrics", listener.local_addr()?);
        tokio::spawn(async move {
            let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
            loop {
                let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let server = Arc::clone(&server);
                        tokio::spawn(async move {
                            server.serve(stream).await;
                            drop(permit);
                        });
                    }
                    Err(error) => {
                        tracing::debug!(%error, "the status server cannot accept a connection");
                        sleep(ACCEPT_RETRY_DELAY).await;
                    }
                }
            }
        });
        Ok(())
    }

    /// Serves one request; closes the connection after `REQUEST_TIMEOUT`.
    async fn serve(&self, stream: TcpStream) {
        let service = service_fn(|request: Request<Incoming>| async move {
            Ok::<_, Infallible>(self.respond(request.method(), request.uri().path()))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(REQUEST_TIMEOUT)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        if let Ok(Err(error)) = timeout(REQUEST_TIMEOUT, connection).await {
            tracing::debug!(%error, "a status request failed");
        }
    }

    fn respond(&self, method: &Method, path: &str) -> Response<String> {
        let (status, content_type, body) = match path {
            "/healthz" | "/readyz" | "/metrics" if method != Method::GET && method != Method::HEAD => {
                (StatusCode::METHOD_NOT_ALLOWED, TEXT_PLAIN, "only GET\n".to_owned())
            }
            "/healthz" => (StatusCode::OK, TEXT_PLAIN, "alive\n".to_owned()),
            "/readyz" => match self.not_ready_reasons().as_slice() {
                [] => (StatusCode::OK, TEXT_PLAIN, "ready\n".to_owned()),
                reasons => (StatusCode::SERVICE_UNAVAILABLE, TEXT_PLAIN, reasons.join("\n") + "\n"),
            },
            "/metrics" => match self.0.metrics().encode() {
                Ok(text) => (StatusCode::OK, OPEN_METRICS, text),
                Err(error) => {
                    tracing::error!(%error, "the metrics cannot be encoded; please report it");
                    (StatusCode::INTERNAL_SERVER_ERROR, TEXT_PLAIN, "the metrics cannot be encoded\n".to_owned())
                }
            },
            _ => (StatusCode::NOT_FOUND, TEXT_PLAIN, "not found; try /healthz, /readyz or /metrics\n".to_owned()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }

    /// Why the bot is not ready; empty if it is.
    fn not_ready_reasons(&self) -> Vec<String> {
        let roleless =
            self.0.knowledge(SpaceId::Global).roles().is_empty().then(|| "the corpus has no roles".to_owned());
        roleless.into_iter().chain(self.0.metrics().readiness.not_ready_reasons(Instant::now())).collect()
    }
}
