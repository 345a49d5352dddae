//! A stream with header and write timeouts, against clients that send or read slowly.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// From a request's first byte, or from the accept, to the end of its headers. Discord allows 3 s for the whole
/// response.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest time in which a client reads no byte of a response.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether a request is being handled; set by the server, read by its [`TimeoutStream`].
#[derive(Debug, Default)]
pub struct RequestPhase {
    request_count: AtomicUsize,
    handling: AtomicBool,
}

impl RequestPhase {
    /// The headers of a request are complete; its body follows.
    pub fn headers_received(&self) {
        self.request_count.fetch_add(1, Ordering::Relaxed);
        self.handling.store(true, Ordering::Relaxed);
    }

    /// The response is ready; the next request follows.
    pub fn response_ready(&self) {
        self.handling.store(false, Ordering::Relaxed);
    }
}

/// A stream with a header timeout and a write timeout.
#[derive(Debug)]
pub struct TimeoutStream<S> {
    stream: S,
    phase: Arc<RequestPhase>,
    /// `request_count` at the last read.
    seen_requests: usize,
    /// When the headers have to be complete; `None` while no request has started.
    header_deadline: Option<Pin<Box<Sleep>>>,
    /// When the client has to have read something; `None` while no write is pending.
    write_deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> TimeoutStream<S> {
    /// Wraps a stream that was just accepted.
    pub fn new(stream: S, phase: Arc<RequestPhase>) -> Self {
        TimeoutStream {
            stream,
            phase,
            seen_requests: 0,
            header_deadline: Some(Box::pin(sleep(HEADER_TIMEOUT))),
            write_deadline: None,
        }
    }

    fn with_write_timeout<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.write_deadline = None;
            return result;
        }
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        if deadline.as_mut().poll(cx).is_ready() {
            Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
        } else {
            Poll::Pending
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimeoutStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let requests = self.phase.request_count.load(Ordering::Relaxed);
        if requests != self.seen_requests {
            (self.seen_requests, self.header_deadline) = (requests, None);
        }
        if read.is_ready() {
            let next_request = self.header_deadline.is_none() && !self.phase.handling.load(Ordering::Relaxed);
            if next_request {
                self.header_deadline = Some(Box::pin(sleep(HEADER_TIMEOUT)));
            }
            return read;
        }
        let timed_out = self.header_deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready());
        if timed_out { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimeoutStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.with_write_timeout(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.with_write_timeout(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.with_write_timeout(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.with_write_timeout(cx, result)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn slow_headers_time_out() {
        let (mut client, server) = duplex(64);
        let mut stream = TimeoutStream::new(server, Arc::default());
        let start = Instant::now();
        let slow_write = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                client.write_all(b"x").await.expect("the stream is open");
            }
        };
        let reading = async {
            loop {
                if let Err(error) = stream.read_u8().await {
                    return error.kind();
                }
            }
        };
        let error = tokio::select! { () = slow_write => unreachable!(), error = reading => error };
        assert_eq!((error, start.elapsed()), (io::ErrorKind::TimedOut, HEADER_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_between_requests_is_unlimited_but_slow_headers_time_out() {
        let (mut client, server) = duplex(64);
        let phase = Arc::new(RequestPhase::default());
        let mut stream = TimeoutStream::new(server, Arc::clone(&phase));
        client.write_all(b"a").await.expect("the headers");
        assert_eq!(stream.read_u8().await.ok(), Some(b'a'));
        phase.headers_received();
        // The server has its own timeout for the body.
        let slow_body = async {
            sleep(HEADER_TIMEOUT * 3).await;
            client.write_all(b"b").await
        };
        let (read, result) = tokio::join!(stream.read_u8(), slow_body);
        assert!(read.ok() == Some(b'b') && result.is_ok());
        phase.response_ready();
        let slow_request = async {
            sleep(HEADER_TIMEOUT * 3).await;
            client.write_all(b"c").await
        };
        let (read, result) = tokio::join!(stream.read_u8(), slow_request);
        assert!(read.ok() == Some(b'c') && result.is_ok());
        let start = Instant::now();
        let error = stream.read_u8().await.map_err(|error| error.kind());
        assert_eq!((error, start.elapsed()), (Err(io::ErrorKind::TimedOut), HEADER_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_times_out() {
        let (mut client, server) = duplex(64);
        let mut stream = TimeoutStream::new(server, Arc::default());
        let start = Instant::now();
        let slow_read = async {
            sleep(WRITE_TIMEOUT / 2).await;
            let mut some = [0; 64];
            client.read_exact(&mut some).await.expect("a part of the response");
            std::future::pending::<()>().await;
        };
        let error = tokio::select! { () = slow_read => unreachable!(), result = stream.write_all(&[7; 256]) => result };
        assert_eq!(error.map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut));
        assert_eq!(start.elapsed(), WRITE_TIMEOUT / 2 + WRITE_TIMEOUT);
    }
}
