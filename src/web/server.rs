//! The HTTP/1.1 server: serves a router on a listener, within limits that no client can exceed.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::map_response;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::web::log_throttle::LogThrottle;
use crate::web::timeout_stream::TimeoutStream;

/// Largest headers.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Keep-alive time between requests: longer than a reverse proxy's, so that the server does not close a connection just
/// when the proxy sends a request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// After an accept error, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);

/// What clients may use of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Concurrent connections; more wait in the listen queue.
    pub(crate) max_connections: usize,
    /// From a request's first byte, or from the accept, to the first byte of the response.
    pub(crate) request_timeout: Duration,
    /// Longest time in which a client reads no byte of a response.
    pub(crate) write_timeout: Duration,
}

/// Serves `router` until `shutdown` is cancelled; then waits up to 5 s for requests in flight.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: Limits, shutdown: CancellationToken) {
    let router = router.layer(map_response(close_on_error));
    let accept_errors = LogThrottle::default();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits.max_connections => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, router.clone(), limits, shutdown.clone()));
                }
                Err(error) => {
                    // Most likely too many open files; open connections free some when they end.
                    if accept_errors.allow() {
                        tracing::warn!(%error, "cannot accept connections; if this persists, allow more open files (ulimit -n)");
                    }
                    sleep(ACCEPT_RETRY_DELAY).await;
                }
            },
        }
    }
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(SHUTDOWN_TIMEOUT, finish).await.is_err() {
        tracing::warn!("shutting down with unanswered requests");
    }
}

async fn serve_connection(stream: TcpStream, router: Router, limits: Limits, shutdown: CancellationToken) {
    // A response is one or two writes, which must not be delayed.
    let _ = stream.set_nodelay(true);
    let stream = TimeoutStream::new(stream, limits.request_timeout, limits.write_timeout);
    let mut builder = http1::Builder::new();
    // hyper's header timeout runs between requests as well; the stream has the shorter one once a request has begun.
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT).max_buf_size(MAX_HEADER_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection failed");
    }
}

/// Closes the connection after an error, so that a client with invalid requests does not keep one.
async fn close_on_error(response: Response) -> Response {
    if response.status().is_success() { response } else { close_connection(response).await }
}

/// Closes the connection after this response.
pub(crate) async fn close_connection(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LIMITS: Limits =
        Limits { max_connections: 4, request_timeout: Duration::from_secs(3), write_timeout: Duration::from_secs(5) };

    async fn request(client: &mut TcpStream, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        client.write_all(request.as_bytes()).await.expect("a connection");
        let mut response = [0; 1024];
        let length = client.read(&mut response).await.expect("a response");
        String::from_utf8_lossy(&response[..length]).into_owned()
    }

    #[tokio::test]
    async fn a_connection_is_kept_until_an_error_or_the_shutdown() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (router, shutdown) = (Router::new().route("/", get("here")), CancellationToken::new());
        let server = tokio::spawn(serve(listener, router, LIMITS, shutdown.clone()));
        let mut idle = TcpStream::connect(address).await.expect("a connection");
        let mut wrong = TcpStream::connect(address).await.expect("a connection");
        for client in [&mut idle, &mut wrong] {
            for _ in 0..2 {
                let response = request(client, "/").await;
                assert!(
                    response.starts_with("HTTP/1.1 200 OK") && !response.contains("connection: close"),
                    "{response}"
                );
            }
        }
        let response = request(&mut wrong, "/elsewhere").await;
        assert!(response.starts_with("HTTP/1.1 404") && response.contains("connection: close"), "{response}");
        assert_eq!(wrong.read(&mut [0]).await.ok(), Some(0));
        shutdown.cancel();
        server.await.expect("no panic");
        assert_eq!(idle.read(&mut [0]).await.ok(), Some(0));
    }
}
