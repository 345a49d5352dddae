//! A stream that fails if its client sends a request too slowly or does not read the response.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A server's stream with timeouts for requests and for writes.
#[derive(Debug)]
pub(crate) struct TimeoutStream<S> {
    stream: S,
    request_timeout: Duration,
    write_timeout: Duration,
    /// When a response has to have begun; `None` between requests.
    request_deadline: Option<Pin<Box<Sleep>>>,
    /// When the client has to have read something; `None` while no write is pending.
    write_deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> TimeoutStream<S> {
    /// Wraps a stream that was just accepted. A request has `request_timeout` from its first byte, the first request from
    /// now, to the first byte of its response; a write that makes no progress has `write_timeout`.
    pub(crate) fn new(stream: S, request_timeout: Duration, write_timeout: Duration) -> Self {
        let request_deadline = Some(Box::pin(sleep(request_timeout)));
        TimeoutStream { stream, request_timeout, write_timeout, request_deadline, write_deadline: None }
    }

    fn with_response_begun(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(_))) {
            self.request_deadline = None;
        }
        self.with_write_timeout(cx, written)
    }

    fn with_write_timeout<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.write_deadline = None;
            return result;
        }
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(self.write_timeout)));
        deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimeoutStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let timeout = self.request_timeout;
        if read.is_ready() {
            self.request_deadline.get_or_insert_with(|| Box::pin(sleep(timeout)));
            return read;
        }
        match &mut self.request_deadline {
            Some(deadline) => deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            None => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimeoutStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.with_response_begun(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.with_response_begun(cx, result)
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;

    use super::*;

    const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
    const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

    fn accept(size: usize) -> (DuplexStream, TimeoutStream<DuplexStream>) {
        let (client, server) = duplex(size);
        (client, TimeoutStream::new(server, REQUEST_TIMEOUT, WRITE_TIMEOUT))
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_request_times_out() {
        let (mut client, mut stream) = accept(64);
        let start = Instant::now();
        let slow_write = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                client.write_all(b"x").await.expect("the stream is open");
            }
        };
        let reading = async {
            loop {
                // As hyper does while it waits for the rest of a request.
                stream.flush().await.expect("nothing to write");
                if let Err(error) = stream.read_u8().await {
                    return error.kind();
                }
            }
        };
        let error = tokio::select! { () = slow_write => unreachable!(), error = reading => error };
        assert_eq!((error, start.elapsed()), (io::ErrorKind::TimedOut, REQUEST_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_may_be_idle_after_a_response_until_the_next_request_begins() {
        let (mut client, mut stream) = accept(64);
        client.write_all(b"a").await.expect("a request");
        assert_eq!(stream.read_u8().await.ok(), Some(b'a'));
        stream.write_all(b"A").await.expect("a response");
        let next_request = async {
            sleep(REQUEST_TIMEOUT * 3).await;
            client.write_all(b"b").await
        };
        let (read, result) = tokio::join!(stream.read_u8(), next_request);
        assert!(read.ok() == Some(b'b') && result.is_ok());
        let start = Instant::now();
        let error = stream.read_u8().await.map_err(|error| error.kind());
        assert_eq!((error, start.elapsed()), (Err(io::ErrorKind::TimedOut), REQUEST_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_times_out() {
        let (mut client, mut stream) = accept(64);
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
