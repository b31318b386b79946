//! The body of a message on its way: in memory while it is small, else in a file without a name.

use core::sync::atomic::{AtomicU64, Ordering};
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::maildir::private_file;

/// Takes a body octet by octet.
///
/// What is stamped on top of a message is known only when its body has been seen, so the body
/// waits here. Up to [`Spool::IN_MEMORY`] octets cost no file at all; the rest of a larger body
/// goes to a file that is removed from its directory as soon as it is open, so that nothing is
/// left behind however the process ends.
#[derive(Debug)]
pub struct Spool {
    directory: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
}

impl Spool {
    /// How much of a body is kept in memory: far more than most bodies have.
    pub const IN_MEMORY: usize = 64 * 1024;

    /// A spool that makes its file, if it needs one, in `directory`.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            memory: Vec::new(),
            file: None,
        }
    }

    /// Appends octets.
    pub async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        let room = Self::IN_MEMORY - self.memory.len();
        let (to_memory, to_file) = octets
            .split_at_checked(room.min(octets.len()))
            .unwrap_or((octets, &[]));
        self.memory.extend_from_slice(to_memory);
        if to_file.is_empty() {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self
                .file
                .insert(File::from_std(nameless_file(&self.directory)?)),
        };
        file.write_all(to_file).await
    }

    /// Ends the body and turns to its beginning.
    pub async fn finish(self) -> io::Result<Spooled> {
        let file = match self.file {
            Some(mut file) => {
                file.flush().await?;
                let mut file = file.into_std().await;
                file.seek(SeekFrom::Start(0))?;
                Some(file)
            }
            None => None,
        };
        Ok(Spooled {
            memory: io::Cursor::new(self.memory),
            file,
        })
    }
}

/// A whole body, read once from its beginning.
#[derive(Debug)]
pub struct Spooled {
    memory: io::Cursor<Vec<u8>>,
    file: Option<fs::File>,
}

impl Spooled {
    /// Turns the body into one that is read without blocking.
    pub fn into_chunks(self) -> Chunks {
        Chunks {
            memory: Some(self.memory.into_inner()),
            file: self.file.map(File::from_std),
        }
    }
}

impl Read for Spooled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match Read::read(&mut self.memory, buffer)? {
            0 => self.file.as_mut().map_or(Ok(0), |file| file.read(buffer)),
            length => Ok(length),
        }
    }
}

/// A body in pieces of at most [`Spool::IN_MEMORY`] octets.
#[derive(Debug)]
pub struct Chunks {
    memory: Option<Vec<u8>>,
    file: Option<File>,
}

impl Chunks {
    /// The next piece, never empty; `None` after the last.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if let Some(memory) = self.memory.take()
            && !memory.is_empty()
        {
            return Ok(Some(memory));
        }
        let Some(file) = &mut self.file else {
            return Ok(None);
        };
        let mut chunk = vec![0; Spool::IN_MEMORY];
        let length = file.read(&mut chunk).await?;
        chunk.truncate(length);
        Ok((length > 0).then_some(chunk))
    }
}

/// A body that is in memory as a whole.
impl From<Vec<u8>> for Chunks {
    fn from(body: Vec<u8>) -> Self {
        Self {
            memory: Some(body),
            file: None,
        }
    }
}

/// A file that is gone when it is closed.
fn nameless_file(directory: &Path) -> io::Result<fs::File> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let path = directory.join(format!(
        "spool-{}-{}-{}",
        process::id(),
        now.as_nanos(),
        MADE.fetch_add(1, Ordering::Relaxed)
    ));
    let file = private_file(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_of_any_size_comes_back_and_leaves_no_file() {
        let directory = tempfile::tempdir().unwrap();
        for size in [
            0,
            1,
            Spool::IN_MEMORY,
            Spool::IN_MEMORY + 1,
            3 * Spool::IN_MEMORY,
        ] {
            let body: Vec<u8> = (0..=250).cycle().take(size).collect();
            let mut spools = [(); 2].map(|()| Spool::new(directory.path()));
            for chunk in body.chunks(1000) {
                for spool in &mut spools {
                    spool.write(chunk).await.unwrap();
                }
            }
            assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
            let [first, second] = spools;
            let mut read = Vec::new();
            let mut spooled = first.finish().await.unwrap();
            spooled.read_to_end(&mut read).unwrap();
            assert!(read == body, "{size}");
            let mut chunks = second.finish().await.unwrap().into_chunks();
            let mut joined = Vec::new();
            while let Some(chunk) = chunks.next().await.unwrap() {
                joined.extend(chunk);
            }
            assert!(joined == body, "{size}");
        }
    }
}
