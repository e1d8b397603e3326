//! `marketd healthcheck`: whether the server with this configuration answers. For images that have nothing else to ask with.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context;

/// A server that takes longer for its least answer is not well. Below the time-out of the image's own check.
const PATIENCE: Duration = Duration::from_secs(2);
/// Of an answer only the first line is looked at.
const ANSWER_MAX: u64 = 16 * 1024;

/// Where a server that listens on this address is reached from its own machine.
fn own(bind: SocketAddr) -> SocketAddr {
    let own = match bind.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        address => address,
    };
    SocketAddr::new(own, bind.port())
}

/// What was asked and answered; the error says what is wrong.
pub fn run(bind: SocketAddr, path: &str) -> anyhow::Result<String> {
    let address = own(bind);
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = ask().with_context(|| format!("http://{address}{path} does not answer"))?;
    let line = answer.lines().next().unwrap_or_default();
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next());
    anyhow::ensure!(status == Some("200"), "http://{address}{path} answers {line:?}");
    Ok(format!("http://{address}{path} answers 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_all_of_them_is_asked_by_this_machines_own() {
        for (bind, expected) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("192.0.2.1:1", "192.0.2.1:1"),
        ] {
            assert_eq!(own(bind.parse().expect("an address")), expected.parse().expect("an address"));
        }
    }
}
