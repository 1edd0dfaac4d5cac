//! Metrics for Prometheus, over HTTP. One request at a time and one page need no framework; the small servers that there are have
//! not been kept up for years.

use super::metrics::{Metrics, Published};
use super::text;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Where metrics are served unless the host says otherwise: at this machine only.
pub const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// How long a client has for its request, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most bytes of a request.
const MAX_REQUEST: usize = 8192;
const PAGE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// Serves `GET /metrics`: what was published last. It never holds up who publishes. Dropping it ends its thread.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    is_closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Serves at an address; port 0 is any free one. Whoever reaches the address may read, so it had better be [`LOOPBACK`].
    ///
    /// # Errors
    /// The address is taken or not this machine's, or there is no thread to be had.
    pub fn serve(address: SocketAddr, metrics: &Metrics) -> io::Result<Endpoint> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let is_closing = Arc::new(AtomicBool::new(false));
        let (closing, published) = (Arc::clone(&is_closing), metrics.published());
        let thread = thread::Builder::new().name("ternsig-metrics".to_owned());
        let thread = thread.spawn(move || serve_all(&listener, &published, &closing))?;
        Ok(Endpoint { address, is_closing, thread: Some(thread) })
    }

    /// The address, with the port that it has.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::Release);
        let loopback = match self.address.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        // The thread waits for a client.
        let woken = TcpStream::connect_timeout(&SocketAddr::new(loopback, self.address.port()), PATIENCE);
        if let Some(thread) = self.thread.take().filter(|_| woken.is_ok()) {
            // What the thread panicked of, it has said.
            let _ = thread.join();
        }
    }
}

fn serve_all(listener: &TcpListener, published: &Published, is_closing: &AtomicBool) {
    for client in listener.incoming() {
        if is_closing.load(Ordering::Acquire) {
            return;
        }
        let served = client.and_then(|client| serve(client, published));
        if let Err(error) = served {
            tracing::debug!(%error, "a client was not served");
            if error.kind() != io::ErrorKind::TimedOut {
                // Without room for one more connection, the next attempt fails at once.
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn serve(mut client: TcpStream, published: &Published) -> io::Result<()> {
    let request = read_request(&mut client)?;
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let (status, kind, body) = match (method, path) {
        (b"GET", b"/metrics") => match text::encode(published.snapshot()) {
            Ok(text) => ("200 OK", PAGE, text),
            Err(error) => ("500 Internal Server Error", PLAIN, format!("{error}\n")),
        },
        (b"GET", _) => ("404 Not Found", PLAIN, "there is only /metrics\n".to_owned()),
        _ => ("405 Method Not Allowed\r\nAllow: GET", PLAIN, "there is only GET\n".to_owned()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    client.set_write_timeout(Some(PATIENCE))?;
    client.write_all(head.as_bytes())?;
    client.write_all(body.as_bytes())
}

/// Reads to the end of the head; nobody may take longer than the patience for all of it.
fn read_request(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let end = Instant::now() + PATIENCE;
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || request.len() >= MAX_REQUEST {
            return Err(io::ErrorKind::TimedOut.into());
        }
        client.set_read_timeout(Some(left))?;
        match client.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&part[..count]),
        }
    }
    Ok(request)
}
