//! `bare-writes`: the floor of fan-out. It does for every client what no server can leave out, one `send` for what is
//! pending, and nothing else: no timers, no subscriptions, no slow readers.
//!
//! usage: bare-writes WEBSOCKET_PORT PUBLISH_PORT CLIENTS WINDOW_MS
//!
//! Messages come over a line protocol (`TOPIC TEXT\n`) and go to every client; those of a window in one write.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio_tungstenite::tungstenite;

/// Longest message that a frame with a length of two bytes holds.
const MESSAGE_MAX: usize = u16::MAX as usize;
const SHORT_MAX: usize = 125;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u16>());
    let mut next = || arguments.next().context("four numbers are needed")?.context("not a number");
    let (websocket, publish, clients, window_ms) = (next()?, next()?, next()?, next()?);
    let websocket = TcpListener::bind((Ipv4Addr::LOCALHOST, websocket))?;
    let publish = TcpListener::bind((Ipv4Addr::LOCALHOST, publish))?;
    let mut readers = Vec::with_capacity(usize::from(clients));
    while readers.len() < usize::from(clients) {
        readers.push(accept(&websocket)?);
    }
    let (publisher, _) = publish.accept()?;
    fan_out(publisher, &readers, Duration::from_millis(window_ms.into()))
}

fn accept(listener: &TcpListener) -> anyhow::Result<TcpStream> {
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let socket = tungstenite::accept(stream).context("a client's handshake failed")?;
    // Its subscriptions stay in the kernel's buffer: it gets everything.
    Ok(socket.get_ref().try_clone()?)
}

fn fan_out(mut publisher: TcpStream, readers: &[TcpStream], window: Duration) -> anyhow::Result<()> {
    let mut input = vec![0; 256 * 1024];
    let mut line_begun = Vec::new();
    let mut frames = Vec::new();
    let mut opens = Instant::now() + window;
    loop {
        let wait = opens.saturating_duration_since(Instant::now());
        if frames.is_empty() {
            publisher.set_read_timeout(None)?;
        } else if wait.is_zero() {
            for mut reader in readers {
                reader.write_all(&frames)?;
            }
            frames.clear();
            opens = Instant::now() + window;
            continue;
        } else {
            publisher.set_read_timeout(Some(wait))?;
        }
        match publisher.read(&mut input) {
            Ok(0) => return Ok(()),
            Ok(taken) => take_lines(&input[..taken], &mut line_begun, &mut frames)?,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Makes a frame of each whole line; the rest waits for its end.
fn take_lines(input: &[u8], begun: &mut Vec<u8>, frames: &mut Vec<u8>) -> anyhow::Result<()> {
    begun.extend_from_slice(input);
    let mut taken = 0;
    while let Some(length) = begun[taken..].iter().position(|byte| *byte == b'\n') {
        let line = &begun[taken..taken + length];
        let topic = line.iter().position(|byte| *byte == b' ').context("a line is TOPIC TEXT")?;
        push_frame(&line[topic + 1..], frames)?;
        taken += length + 1;
    }
    begun.drain(..taken);
    Ok(())
}

fn push_frame(text: &[u8], frames: &mut Vec<u8>) -> anyhow::Result<()> {
    ensure!(text.len() <= MESSAGE_MAX, "a message has {MESSAGE_MAX} bytes at most");
    frames.push(0x81);
    if text.len() <= SHORT_MAX {
        frames.push(text.len() as u8);
    } else {
        frames.push(126);
        frames.extend_from_slice(&(text.len() as u16).to_be_bytes());
    }
    frames.extend_from_slice(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_pieces_is_one_frame() {
        let (mut begun, mut frames) = (Vec::new(), Vec::new());
        take_lines(b"m0 {\"a\":1}\nm1 ", &mut begun, &mut frames).expect("lines");
        assert_eq!(frames, b"\x81\x07{\"a\":1}");
        let long = "x".repeat(200);
        take_lines(format!("{long}\n").as_bytes(), &mut begun, &mut frames).expect("a line");
        assert_eq!(frames[9..13], [0x81, 126, 0, 200]);
        assert_eq!(frames.len(), 9 + 4 + 200);
        assert!(begun.is_empty());
    }
}
