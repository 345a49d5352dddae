//! Tells machines how the bot fares, over HTTP on an address of its own: whether it lives, whether it is ready, what was counted.

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

use crate::engine::Engine;
use crate::metrics::counters::METRICS;
use crate::metrics::readiness::READINESS;

/// A machine that asks is near and quick.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// So many at once; others wait in the system's queue.
const MAX_CONNECTIONS: usize = 32;
/// Where the system has no room for another connection, a moment may help.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);

const TEXT_PLAIN: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What answers `/healthz`, `/readyz` and `/metrics`.
#[derive(Debug)]
pub struct StatusServer(Arc<Engine>);

impl StatusServer {
    /// Listens, and answers from now on.
    ///
    /// # Errors
    /// Where the address is not to be had.
    pub async fn listen(address: SocketAddr, bot: Arc<Engine>) -> io::Result<()> {
        let listener = TcpListener::bind(address).await?;
        let status = Arc::new(StatusServer(bot));
        tracing::info!("status on http://{}: /healthz, /readyz, /metrics", listener.local_addr()?);
        tokio::spawn(async move {
            let turns = Arc::new(Semaphore::new(MAX_CONNECTIONS));
            loop {
                let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let status = Arc::clone(&status);
                        tokio::spawn(async move {
                            status.serve(stream).await;
                            drop(turn);
                        });
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a connection to the status was not to be had");
                        sleep(ACCEPT_RETRY_DELAY).await;
                    }
                }
            }
        });
        Ok(())
    }

    /// Answers one request; whoever is slow to ask or to listen is left.
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
            tracing::debug!(%error, "a request for the status came to nothing");
        }
    }

    fn respond(&self, method: &Method, path: &str) -> Response<String> {
        let (status, kind, text) = match path {
            "/healthz" | "/readyz" | "/metrics" if method != Method::GET && method != Method::HEAD => {
                (StatusCode::METHOD_NOT_ALLOWED, TEXT_PLAIN, "only GET\n".to_owned())
            }
            "/healthz" => (StatusCode::OK, TEXT_PLAIN, "alive\n".to_owned()),
            "/readyz" => match self.not_ready_reasons().as_slice() {
                [] => (StatusCode::OK, TEXT_PLAIN, "ready\n".to_owned()),
                faults => (StatusCode::SERVICE_UNAVAILABLE, TEXT_PLAIN, faults.join("\n") + "\n"),
            },
            "/metrics" => match METRICS.encode() {
                Ok(text) => (StatusCode::OK, OPEN_METRICS, text),
                Err(error) => {
                    tracing::error!(%error, "what was counted cannot be written; please report it");
                    (StatusCode::INTERNAL_SERVER_ERROR, TEXT_PLAIN, "what was counted cannot be written\n".to_owned())
                }
            },
            _ => (StatusCode::NOT_FOUND, TEXT_PLAIN, "there are /healthz, /readyz and /metrics\n".to_owned()),
        };
        let mut response = Response::new(text);
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }

    /// Why the bot is not ready to answer; nothing where it is.
    fn not_ready_reasons(&self) -> Vec<String> {
        let roleless = self.0.library().roles().is_empty().then(|| "the corpus holds no role".to_owned());
        roleless.into_iter().chain(READINESS.not_ready_reasons(Instant::now())).collect()
    }
}
