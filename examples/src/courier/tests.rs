//! How long the next server may take.

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::*;

/// RFC 5321 §4.5.3.2.1: five minutes are for the whole greeting.
#[tokio::test(start_paused = true)]
async fn a_greeting_that_drips_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let next_hop = listener.local_addr().unwrap().to_string();
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        for octet in b"220-mx.example\r\n220 ESMTP\r\n" {
            sleep(Duration::from_secs(60)).await;
            // Until nobody hears it.
            if stream.write_all(&[*octet]).await.is_err() {
                break;
            }
        }
    };
    let courier = Courier::new(next_hop, "client.example".parse().unwrap());
    let envelope = Envelope::new(None, vec!["b@mx.example".parse().unwrap()]);
    let mut body = Chunks::from(Vec::new());
    let begun = Instant::now();
    let delivered = tokio::select! {
        delivered = courier.deliver(&envelope, b"", &mut body) => delivered,
        () = server => panic!("the server could say all that it wanted"),
    };
    assert!(
        matches!(delivered, Err(Undelivered::Timeout)),
        "{delivered:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(310));
}
