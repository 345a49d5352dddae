//! A connection that cannot be held open by sending, or reading, a little at a time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// From its first byte, or from the connection's beginning, a request has this long to be there with all its headers. Discord
/// gives the whole answer no longer.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(3);
/// So long may a client not take a single byte of an answer.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Whose turn it is: what the server tells its line.
#[derive(Debug, Default)]
pub struct RequestPhase {
    request_count: AtomicUsize,
    handling: AtomicBool,
}

impl RequestPhase {
    /// A request is there with all its headers; what comes in now is its body.
    pub fn headers_received(&self) {
        self.request_count.fetch_add(1, Ordering::Relaxed);
        self.handling.store(true, Ordering::Relaxed);
    }

    /// It is answered; what comes in now is the next one.
    pub fn response_ready(&self) {
        self.handling.store(false, Ordering::Relaxed);
    }
}

/// A connection with deadlines.
#[derive(Debug)]
pub struct TimeoutStream<S> {
    stream: S,
    phase: Arc<RequestPhase>,
    /// How many requests were there when it was last looked at.
    seen_requests: usize,
    /// Until when a request has to be there; nothing while none has begun.
    header_deadline: Option<Pin<Box<Sleep>>>,
    /// Until when the client has to take something; nothing while it does.
    write_deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> TimeoutStream<S> {
    /// A connection that has just begun.
    pub fn new(stream: S, phase: Arc<RequestPhase>) -> Self {
        TimeoutStream {
            stream,
            phase,
            seen_requests: 0,
            header_deadline: Some(Box::pin(sleep(HEADER_TIMEOUT))),
            write_deadline: None,
        }
    }

    fn with_write_timeout<T>(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.write_deadline = None;
            return sent;
        }
        let take = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        if take.as_mut().poll(cx).is_ready() { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimeoutStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, into);
        let requests = self.phase.request_count.load(Ordering::Relaxed);
        if requests != self.seen_requests {
            (self.seen_requests, self.header_deadline) = (requests, None);
        }
        if read.is_ready() {
            let next = self.header_deadline.is_none() && !self.phase.handling.load(Ordering::Relaxed);
            if next {
                self.header_deadline = Some(Box::pin(sleep(HEADER_TIMEOUT)));
            }
            return read;
        }
        let late = self.header_deadline.as_mut().is_some_and(|head| head.as_mut().poll(cx).is_ready());
        if late { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimeoutStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.with_write_timeout(cx, sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.with_write_timeout(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = Pin::new(&mut self.stream).poll_flush(cx);
        self.with_write_timeout(cx, sent)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.with_write_timeout(cx, sent)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_comes_a_byte_at_a_time_is_cut_off() {
        let (mut client, server) = duplex(64);
        let mut line = TimeoutStream::new(server, Arc::default());
        let began = Instant::now();
        let dripping = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                client.write_all(b"x").await.expect("the line is open");
            }
        };
        let reading = async {
            loop {
                if let Err(fault) = line.read_u8().await {
                    return fault.kind();
                }
            }
        };
        let fault = tokio::select! { () = dripping => unreachable!(), fault = reading => fault };
        assert_eq!((fault, began.elapsed()), (io::ErrorKind::TimedOut, HEADER_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn between_requests_there_is_time_and_in_the_next_one_there_is_not() {
        let (mut client, server) = duplex(64);
        let turns = Arc::new(RequestPhase::default());
        let mut line = TimeoutStream::new(server, Arc::clone(&turns));
        client.write_all(b"a").await.expect("a head");
        assert_eq!(line.read_u8().await.ok(), Some(b'a'));
        turns.headers_received();
        // The body has a deadline elsewhere.
        let slow = async {
            sleep(HEADER_TIMEOUT * 3).await;
            client.write_all(b"b").await
        };
        let (read, sent) = tokio::join!(line.read_u8(), slow);
        assert!(read.ok() == Some(b'b') && sent.is_ok());
        turns.response_ready();
        let idle = async {
            sleep(HEADER_TIMEOUT * 3).await;
            client.write_all(b"c").await
        };
        let (read, sent) = tokio::join!(line.read_u8(), idle);
        assert!(read.ok() == Some(b'c') && sent.is_ok());
        let began = Instant::now();
        let fault = line.read_u8().await.map_err(|fault| fault.kind());
        assert_eq!((fault, began.elapsed()), (Err(io::ErrorKind::TimedOut), HEADER_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_take_the_answer_is_cut_off() {
        let (mut client, server) = duplex(64);
        let mut line = TimeoutStream::new(server, Arc::default());
        let began = Instant::now();
        let taking = async {
            sleep(WRITE_TIMEOUT / 2).await;
            let mut some = [0; 64];
            client.read_exact(&mut some).await.expect("a part of it");
            std::future::pending::<()>().await;
        };
        let fault = tokio::select! { () = taking => unreachable!(), sent = line.write_all(&[7; 256]) => sent };
        assert_eq!(fault.map_err(|fault| fault.kind()), Err(io::ErrorKind::TimedOut));
        assert_eq!(began.elapsed(), WRITE_TIMEOUT / 2 + WRITE_TIMEOUT);
    }
}
