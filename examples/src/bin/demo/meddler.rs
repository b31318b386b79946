//! Somebody on the way who changes a word.

use core::net::SocketAddr;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes one connection on to `target`, replacing each `word` of the client's by `other`.
pub(crate) async fn pass_on(
    listener: TcpListener,
    target: SocketAddr,
    word: &'static str,
    other: &'static str,
) -> io::Result<()> {
    let (client, _) = listener.accept().await?;
    let server = TcpStream::connect(target).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let forth = async {
        replace(
            &mut from_client,
            &mut to_server,
            word.as_bytes(),
            other.as_bytes(),
        )
        .await?;
        to_server.shutdown().await
    };
    let back = async {
        tokio::io::copy(&mut from_server, &mut to_client).await?;
        to_client.shutdown().await
    };
    tokio::try_join!(forth, back)?;
    Ok(())
}

/// Copies octets, each `word` replaced. What may be the beginning of the word waits for the rest
/// of it; all else goes on at once, so that a dialogue does not stall.
async fn replace(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    word: &[u8],
    other: &[u8],
) -> io::Result<()> {
    let mut held: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        held.extend(buffer.iter().take(length));
        while let Some(at) = held.windows(word.len()).position(|window| window == word) {
            to.write_all(&held[..at]).await?;
            to.write_all(other).await?;
            held.drain(..at + word.len());
        }
        let waiting = match length {
            0 => 0,
            _ => beginning_of(word, &held),
        };
        let passed = held.len() - waiting;
        to.write_all(&held[..passed]).await?;
        held.drain(..passed);
        if length == 0 {
            return Ok(());
        }
    }
}

/// How many octets at the end of `held` are the beginning of `word`.
fn beginning_of(word: &[u8], held: &[u8]) -> usize {
    (1..word.len())
        .rev()
        .find(|&length| held.ends_with(&word[..length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_word_is_replaced_wherever_the_octets_are_split() {
        let text = b"one two twotwo tw\r\nt";
        for size in 1..=text.len() {
            let (mut near, mut far) = tokio::io::duplex(size);
            let write = async move {
                near.write_all(text).await.unwrap();
                drop(near);
            };
            let mut out = Vec::new();
            let read = replace(&mut far, &mut out, b"two", b"three");
            let ((), read) = tokio::join!(write, read);
            read.unwrap();
            assert_eq!(out, b"one three threethree tw\r\nt", "{size}");
        }
    }
}
