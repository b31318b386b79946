//! How long a mail server may say nothing.

use core::time::Duration;

use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::*;
use crate::milter::session;
use crate::shutdown;

/// How long a connection is kept on which somebody says what they say.
async fn kept<F: Future<Output = DuplexStream>>(say: impl FnOnce(DuplexStream) -> F) -> Duration {
    let site = Site::new();
    site.write("dns", "example.com\tnothing\n");
    let snapshot = site.snapshot("Mode v\nTestDNSData DIR/dns\n");
    let source = Source::file(site.path("opendkim.conf"));
    let server = Server::new(source, snapshot).unwrap();
    let (_trigger, shutdown) = shutdown::pair();
    let (peer, stream) = duplex(1024);
    let begun = Instant::now();
    // The peer is there to the end.
    let (_peer, ()) = tokio::join!(
        say(peer),
        session::serve(&server, Box::new(stream), shutdown)
    );
    begun.elapsed()
}

const OFFER: &[u8] = b"\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff";

#[tokio::test(start_paused = true)]
async fn a_mail_server_may_be_idle_as_long_as_with_libmilter() {
    let kept = kept(async |mut peer| {
        peer.write_all(OFFER).await.unwrap();
        peer
    });
    assert_eq!(kept.await.as_secs(), 7210);
}

#[tokio::test(start_paused = true)]
async fn who_never_says_what_they_want_is_given_up() {
    let silent = kept(async |peer| peer);
    assert_eq!(silent.await.as_secs(), 60);
    let slow = kept(async |mut peer| {
        for octet in OFFER {
            sleep(Duration::from_secs(7)).await;
            // Until nobody hears it.
            if peer.write_all(&[*octet]).await.is_err() {
                break;
            }
        }
        peer
    });
    assert!(slow.await.as_secs() < 70);
}
