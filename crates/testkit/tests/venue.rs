//! The scripted venue as a client on a real socket sees it.

use std::io::ErrorKind;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use marketd_testkit::{HttpResponse, Inbound, ScriptedVenue, wait_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, connect_async_with_config};

const SOON: Duration = Duration::from_secs(5);

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(venue: &ScriptedVenue, path: &str) -> Client {
    connect_async(format!("{}{path}", venue.ws_url())).await.expect("handshake").0
}

/// One request on an open connection; status and body of the answer.
async fn get(stream: &mut TcpStream, target: &str) -> std::io::Result<(u16, String)> {
    stream.write_all(format!("GET {target} HTTP/1.1\r\nhost: venue\r\n\r\n").as_bytes()).await?;
    let mut received = Vec::new();
    loop {
        if stream.read_buf(&mut received).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&received);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .expect("a content-length");
        if body.len() == length {
            return Ok((head[9..12].parse().expect("a status"), body.to_owned()));
        }
    }
}

#[tokio::test]
async fn texts_go_both_ways_and_the_path_is_known() {
    let venue = ScriptedVenue::start().await.expect("start");
    let mut client = connect(&venue, "/stream?streams=btcusdt@trade").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    assert_eq!(conn.path(), "/stream?streams=btcusdt@trade");
    assert!(conn.header("host").is_some());

    client.send(Message::text("subscribe")).await.expect("sent");
    assert_eq!(conn.recv_text(SOON).await.expect("received"), "subscribe");
    for at in 0..2_000 {
        conn.send_text(format!("frame {at}")).await.expect("sent");
    }
    for at in 0..2_000 {
        let message = client.next().await.expect("a message").expect("a frame");
        assert_eq!(message, Message::text(format!("frame {at}")));
    }
    assert_eq!(venue.handshakes(), 1);
}

#[tokio::test]
async fn pings_are_answered_on_both_sides_and_not_in_silence() {
    let venue = ScriptedVenue::start().await.expect("start");
    let mut client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");

    client.send(Message::Ping("a".into())).await.expect("sent");
    assert_eq!(client.next().await.expect("open").expect("a frame"), Message::Pong("a".into()));
    assert_eq!(conn.recv(SOON).await.expect("a ping"), Inbound::Ping(b"a".to_vec()));

    conn.ping().await.expect("sent");
    assert!(client.next().await.expect("open").expect("a frame").is_ping());
    client.flush().await.expect("the pong goes out");
    assert_eq!(conn.recv(SOON).await.expect("a pong"), Inbound::Pong(b"venue".to_vec()));

    conn.go_silent().await.expect("open");
    conn.flush().await.expect("silence has begun");
    client.send(Message::Ping("b".into())).await.expect("sent");
    assert!(tokio::time::timeout(Duration::from_millis(50), client.next()).await.is_err());
    conn.speak_again().await.expect("open");
    assert_eq!(client.next().await.expect("open").expect("a frame"), Message::Pong("b".into()));
}

#[tokio::test]
async fn closes_carry_their_code_whoever_begins() {
    let venue = ScriptedVenue::start().await.expect("start");
    let mut client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    conn.close(1012, "maintenance").await.expect("open");
    let Message::Close(Some(frame)) = client.next().await.expect("open").expect("a frame") else {
        panic!("no close frame")
    };
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1012, "maintenance"));
    assert!(client.next().await.is_none(), "the venue ends the connection");
    conn.closed(SOON).await.expect("over");
    assert!(conn.send_text("too late").await.is_err());

    let mut client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    client.close(None).await.expect("sent");
    assert_eq!(conn.closed(SOON).await.expect("over"), Some(1005));
}

#[tokio::test]
async fn a_dropped_connection_sends_what_was_queued() {
    let venue = ScriptedVenue::start().await.expect("start");
    let mut client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    conn.send_text("last words").await.expect("sent");
    drop(conn);
    assert_eq!(client.next().await.expect("open").expect("a frame"), Message::text("last words"));
    assert!(matches!(client.next().await, Some(Err(_)) | None));
}

fn check_reset(ended: Option<Result<Message, Error>>) {
    match ended {
        Some(Err(Error::Io(error))) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        // tungstenite names a reset after a whole frame so.
        Some(Err(Error::Protocol(_))) => {}
        other => panic!("expected a reset, found {other:?}"),
    }
}

#[tokio::test]
async fn a_reset_comes_after_what_was_sent() {
    let venue = ScriptedVenue::start().await.expect("start");
    let mut client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    conn.send_text("before").await.expect("sent");
    conn.reset().await;
    assert_eq!(client.next().await.expect("open").expect("a frame"), Message::text("before"));
    check_reset(client.next().await);
    assert_eq!(conn.recv(SOON).await.expect("the end"), Inbound::Gone);
}

#[tokio::test]
async fn a_client_that_does_not_read_can_be_reset() {
    let venue = ScriptedVenue::start().await.expect("start");
    let client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    conn.oversize(64 * 1024 * 1024).await.expect("begun");
    tokio::time::timeout(SOON, conn.reset()).await.expect("a reset does not wait for the client");
    drop(client);
}

#[tokio::test]
async fn a_frame_can_be_cut_at_any_byte() {
    let venue = ScriptedVenue::start().await.expect("start");
    let text = "x".repeat(300);
    for cut_at in [0, 1, 2, 3, 4, 5, 150, 303] {
        let mut client = connect(&venue, "/").await;
        let conn = venue.accept(SOON).await.expect("accepted");
        conn.send_text("whole").await.expect("sent");
        conn.half_frame(&text, cut_at).await.expect("cut");
        assert_eq!(client.next().await.expect("open").expect("a frame"), Message::text("whole"));
        check_reset(client.next().await);
    }
    let mut client = connect(&venue, "/").await;
    let conn = venue.accept(SOON).await.expect("accepted");
    assert!(conn.half_frame(&text, 304).await.is_err(), "the frame has 304 bytes");
    conn.send_text("still open").await.expect("sent");
    assert_eq!(client.next().await.expect("open").expect("a frame"), Message::text("still open"));
}

#[tokio::test]
async fn an_oversize_frame_is_valid_and_as_long_as_asked() {
    let venue = ScriptedVenue::start().await.expect("start");
    let small = WebSocketConfig::default().max_message_size(Some(1 << 20)).max_frame_size(Some(1 << 20));
    let url = venue.ws_url();
    let (mut client, _) = connect_async_with_config(&url, Some(small), false).await.expect("handshake");
    let conn = venue.accept(SOON).await.expect("accepted");
    for bytes in [100, 1000, 100_000] {
        conn.oversize(bytes).await.expect("sent");
        assert_eq!(client.next().await.expect("open").expect("a frame").len() as u64, bytes);
    }
    conn.oversize(50 * 1024 * 1024).await.expect("begun");
    assert!(matches!(client.next().await, Some(Err(Error::Capacity(_)))));
    drop(client);
    assert_eq!(conn.recv(SOON).await.expect("the end"), Inbound::Gone);
}

#[tokio::test]
async fn handshakes_are_refused_with_what_the_test_says() {
    let venue = ScriptedVenue::start().await.expect("start");
    let rows = [
        (HttpResponse::html(403, "blocked"), 403),
        (HttpResponse::redirect("http://127.0.0.1:1/"), 302),
        (HttpResponse::new(429, "").header("retry-after", "1"), 429),
    ];
    for (refusal, status) in rows {
        venue.refuse_handshakes(refusal);
        match connect_async(venue.ws_url()).await {
            Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), status),
            other => panic!("expected {status}, found {other:?}"),
        }
    }
    venue.accept_handshakes();
    let _client = connect(&venue, "/").await;
    venue.accept(SOON).await.expect("accepted");
    assert_eq!(venue.handshakes(), 4);
}

#[tokio::test]
async fn one_port_answers_http_beside_websockets() {
    let venue = ScriptedVenue::start().await.expect("start");
    venue.on_get("/api/", HttpResponse::json("\"general\""));
    venue.on_request("/api/v3/depth", |request| {
        HttpResponse::json(format!("\"{}\"", request.query("symbol").unwrap_or("none")))
    });
    let _client = connect(&venue, "/").await;
    let mut stream = TcpStream::connect(venue.address()).await.expect("open");
    let rows = [
        ("/api/v3/depth?symbol=BTCUSDT&limit=5", (200, "\"BTCUSDT\"")),
        ("/api/v3/time", (200, "\"general\"")),
        ("/elsewhere", (404, "no such path")),
    ];
    for (target, (status, body)) in rows {
        assert_eq!(get(&mut stream, target).await.expect("an answer"), (status, body.to_owned()));
    }
    assert_eq!(venue.requests(), rows.map(|(target, _)| target));
    assert_eq!(venue.requests_below("/api/v3/depth"), 1);

    venue.on_get("/api/v3/depth", HttpResponse::reset());
    let error = get(&mut stream, "/api/v3/depth").await.expect_err("a reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn an_answer_that_is_not_due_is_held() {
    let venue = ScriptedVenue::start().await.expect("start");
    let due = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let handler_due = due.clone();
    venue.on_request("/", move |_| {
        if handler_due.load(std::sync::atomic::Ordering::SeqCst) {
            HttpResponse::json("1")
        } else {
            HttpResponse::not_yet()
        }
    });
    let address = venue.address();
    let asked = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.expect("open");
        get(&mut stream, "/").await.expect("an answer")
    });
    wait_until(SOON, "the request", async || venue.requests().len() == 1).await;
    assert!(!asked.is_finished());
    due.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(asked.await.expect("no panic"), (200, "1".to_owned()));
}

#[tokio::test]
async fn a_venue_goes_down_and_comes_up_on_the_same_port() {
    let venue = ScriptedVenue::start().await.expect("start");
    venue.on_get("/", HttpResponse::json("1"));
    let mut kept = TcpStream::connect(venue.address()).await.expect("open");
    get(&mut kept, "/").await.expect("an answer");
    for _ in 0..3 {
        let mut client = connect(&venue, "/").await;
        let conn = venue.accept(SOON).await.expect("accepted");
        venue.stop_listening().await.expect("down");
        let refused = TcpStream::connect(venue.address()).await.expect_err("down");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert!(get(&mut kept, "/").await.is_err(), "kept connections are cut too");
        conn.send_text("open sockets stay").await.expect("open");
        assert!(client.next().await.expect("open").is_ok());
        venue.listen_again().await.expect("up");
        kept = TcpStream::connect(venue.address()).await.expect("open");
        get(&mut kept, "/").await.expect("an answer");
    }
}

#[tokio::test]
async fn connections_can_be_served_by_a_closure() {
    let venue = ScriptedVenue::start().await.expect("start");
    venue.on_connect(|conn| async move {
        while let Ok(text) = conn.recv_text(SOON).await {
            let _ = conn.send_text(format!("{} {text}", conn.path())).await;
        }
    });
    for path in ["/a", "/b"] {
        let mut client = connect(&venue, path).await;
        client.send(Message::text("hello")).await.expect("sent");
        let echoed = client.next().await.expect("open").expect("a frame");
        assert_eq!(echoed, Message::text(format!("{path} hello")));
    }
}
