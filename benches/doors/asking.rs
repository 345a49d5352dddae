//! Questions in batches, over the gateway or over HTTP, and what they took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Outcome;
use crate::discord::Discord;

/// A connection that stays open, as a reverse proxy keeps one.
pub struct Line {
    stream: tokio::io::BufReader<TcpStream>,
    key: SigningKey,
}

impl Line {
    pub async fn open(address: &str, key: &SigningKey) -> Outcome<Line> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Line { stream: tokio::io::BufReader::new(stream), key: key.clone() })
    }

    /// From a post to its response; gives the size of what came.
    pub async fn ask(&mut self, discord: &Discord) -> Outcome<usize> {
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
            return Err(format!("the bot said {line}").into());
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
pub enum Way {
    Gateway,
    Http,
}

/// What one way took.
#[derive(Default)]
pub struct Taken {
    pub each: Vec<Duration>,
    in_all: Duration,
    pub spent: Duration,
    pub size: usize,
}

impl Taken {
    pub fn a_second(&self) -> f64 {
        self.each.len() as f64 / self.in_all.as_secs_f64()
    }

    /// The time that so many in a hundred kept within, in microseconds.
    pub fn percentile(&mut self, hundredths: usize) -> f64 {
        self.each.sort_unstable();
        let at = (self.each.len() * hundredths).div_ceil(100).max(1) - 1;
        self.each[at].as_secs_f64() * 1_000_000.0
    }
}

/// Asks a batch of questions, so many at once.
pub async fn ask(way: Way, discord: &Arc<Discord>, lines: &mut [Line], batch: usize, taken: &mut Taken) -> Outcome<()> {
    let left = AtomicU64::new(batch as u64);
    let began = Instant::now();
    let mut each = Vec::new();
    let mut askers = Vec::new();
    for line in lines.iter_mut() {
        let left = &left;
        askers.push(Box::pin(async move {
            let mut times = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let began = Instant::now();
                let size = match way {
                    Way::Gateway => discord.ask().await?,
                    Way::Http => line.ask(discord).await?,
                };
                times.push((began.elapsed(), size));
            }
            Outcome::Ok(times)
        }));
    }
    // All are polled in turn until each is done.
    let mut done = vec![false; askers.len()];
    std::future::poll_fn(|cx| {
        for (asker, done) in askers.iter_mut().zip(&mut done).filter(|(_, done)| !**done) {
            if let std::task::Poll::Ready(times) = asker.as_mut().poll(cx) {
                *done = true;
                each.push(times);
            }
        }
        if done.iter().all(|done| *done) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    taken.in_all += began.elapsed();
    for times in each {
        for (time, size) in times? {
            taken.each.push(time);
            taken.size = size;
        }
    }
    Ok(())
}
