//! Batches of questions over the gateway or HTTP, and their latencies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::BenchResult;
use crate::fake_discord::FakeDiscord;

/// A persistent connection to the interactions endpoint, like that of a reverse proxy.
pub struct HttpConnection {
    stream: tokio::io::BufReader<TcpStream>,
    key: SigningKey,
}

impl HttpConnection {
    pub async fn open(address: &str, key: &SigningKey) -> BenchResult<HttpConnection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(HttpConnection { stream: tokio::io::BufReader::new(stream), key: key.clone() })
    }

    /// Sends an interaction and reads the response; returns the size of its body.
    pub async fn ask(&mut self, discord: &FakeDiscord) -> BenchResult<usize> {
        let body = discord.interaction().1.to_string();
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
        let signature = hex(&self.key.sign(format!("{timestamp}{body}").as_bytes()).to_bytes());
        let request = format!(
            "POST /interactions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nX-Signature-Ed25519: {signature}\r\n\
             X-Signature-Timestamp: {timestamp}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (mut line, mut length) = (String::new(), 0);
        self.stream.read_line(&mut line).await?;
        if !line.starts_with("HTTP/1.1 200") {
            return Err(format!("status line {line}").into());
        }
        while line != "\r\n" {
            line.clear();
            self.stream.read_line(&mut line).await?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        Ok(length)
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
/// The transport of interactions.
pub enum Transport {
    Gateway,
    Http,
}

/// The measurements of one transport.
#[derive(Default)]
pub struct Samples {
    pub latencies: Vec<Duration>,
    total: Duration,
    pub cpu_time: Duration,
    /// Bytes of a response.
    pub size: usize,
}

impl Samples {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.total.as_secs_f64()
    }

    /// A percentile of the latencies, in microseconds.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.latencies.sort_unstable();
        let at = (self.latencies.len() * percent).div_ceil(100).max(1) - 1;
        self.latencies[at].as_secs_f64() * 1_000_000.0
    }
}

/// Asks `batch_size` questions, one at a time per connection, and adds their latencies to the samples.
pub async fn run_batch(
    transport: Transport,
    discord: &Arc<FakeDiscord>,
    connections: &mut [HttpConnection],
    batch_size: usize,
    samples: &mut Samples,
) -> BenchResult<()> {
    let left = AtomicU64::new(batch_size as u64);
    let started = Instant::now();
    let mut results = Vec::new();
    let mut askers = Vec::new();
    for connection in connections.iter_mut() {
        let left = &left;
        askers.push(Box::pin(async move {
            let mut times = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let started = Instant::now();
                let size = match transport {
                    Transport::Gateway => discord.ask().await?,
                    Transport::Http => connection.ask(discord).await?,
                };
                times.push((started.elapsed(), size));
            }
            BenchResult::Ok(times)
        }));
    }
    // Polls all until each is done.
    let mut done = vec![false; askers.len()];
    std::future::poll_fn(|cx| {
        for (asker, done) in askers.iter_mut().zip(&mut done).filter(|(_, done)| !**done) {
            if let std::task::Poll::Ready(times) = asker.as_mut().poll(cx) {
                *done = true;
                results.push(times);
            }
        }
        if done.iter().all(|done| *done) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    samples.total += started.elapsed();
    for times in results {
        for (time, size) in times? {
            samples.latencies.push(time);
            samples.size = size;
        }
    }
    Ok(())
}
