//! The status routes: `/healthz` (liveness), `/readyz` (readiness) and `/metrics` (OpenMetrics).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::engine::app::App;
use crate::engine::spaces::SpaceId;
use crate::web::server::{Limits, close_connection};

/// The limits of a server for these routes alone; monitoring is expected to be near.
pub(crate) const LIMITS: Limits =
    Limits { max_connections: 32, request_timeout: Duration::from_secs(5), write_timeout: Duration::from_secs(5) };

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes, and texts for other paths and methods. Each response closes its connection.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get("alive\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(async || (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")], "only GET\n"))
        .fallback((StatusCode::NOT_FOUND, "not found; try /healthz, /readyz or /metrics\n"))
        .layer(map_response(close_connection))
        .with_state(app)
}

/// Logs the URLs.
pub(crate) fn announce(address: SocketAddr) {
    tracing::info!("status on http://{address}: /healthz, /readyz, /metrics");
}

async fn readyz(State(app): State<Arc<App>>) -> Response {
    match not_ready_reasons(&app).as_slice() {
        [] => "ready\n".into_response(),
        reasons => (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n").into_response(),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics().encode() {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be encoded; please report it");
            (StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be encoded\n").into_response()
        }
    }
}

/// Why the bot is not ready; empty if it is.
fn not_ready_reasons(app: &App) -> Vec<String> {
    let roleless = app.knowledge(SpaceId::Global).roles().is_empty().then(|| "the corpus has no roles".to_owned());
    roleless.into_iter().chain(app.metrics().readiness.not_ready_reasons(Instant::now())).collect()
}
