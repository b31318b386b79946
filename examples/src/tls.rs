//! Certificates: read from files, or made on the spot.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

use crate::config::{ConfigError, read, read_secret};

/// A server that shows the certificate chain and holds the key of two PEM files. A key file that
/// everybody can read is refused.
pub fn from_files(certificates: &Path, key: &Path) -> Result<TlsAcceptor, ConfigError> {
    let text = read(certificates)?;
    check_pem(certificates, &text, &["CERTIFICATE"])?;
    let chain = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ConfigError::file(certificates, error))?;
    let text = read_secret(key, 0o640)?;
    let kinds = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];
    let line = check_pem(key, &text, &kinds)?;
    let private =
        PrivateKeyDer::from_pem_slice(&text).map_err(|error| ConfigError::line(key, line, error))?;
    let provider = aws_lc_rs::default_provider();
    // Loaded once for its own sake, so that an error is known to be the key's or the chain's.
    provider
        .key_provider
        .load_private_key(private.clone_key())
        .map_err(|error| ConfigError::line(key, line, error))?;
    acceptor(chain, private).map_err(|error| ConfigError::file(certificates, error))
}

/// A server with a new key and a certificate for `names` that nobody but itself has signed:
/// enough to encrypt, not to prove who it is.
pub fn self_signed(names: &[&str]) -> Result<TlsAcceptor, SelfSignedError> {
    let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok(acceptor(vec![made.cert.der().clone()], key.into())?)
}

/// Why no certificate could be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SelfSignedError {
    /// The names are not names of a certificate, or there is no randomness.
    #[error("cannot make a certificate")]
    Make(#[from] rcgen::Error),
    /// The TLS library refuses what was made.
    #[error("cannot use the certificate that was made")]
    Use(#[from] rustls::Error),
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Looks for what a PEM parser would reject without saying where, and gives the line of the
/// first section of one of the `kinds`.
fn check_pem(path: &Path, text: &[u8], kinds: &[&str]) -> Result<usize, ConfigError> {
    let mut wanted = None;
    let mut open: Option<usize> = None;
    for (index, line) in text.split(|&octet| octet == b'\n').enumerate() {
        let number = index + 1;
        let line = line.trim_ascii();
        if let Some(label) = boundary(line, b"-----BEGIN ") {
            open = Some(number);
            if kinds.iter().any(|kind| kind.as_bytes() == label) {
                wanted = wanted.or(open);
            }
        } else if boundary(line, b"-----END ").is_some() {
            open = None;
        } else if open.is_some() && !line.iter().all(is_base64) {
            return Err(ConfigError::line(path, number, PemError::Base64));
        }
    }
    if let Some(begin) = open {
        return Err(ConfigError::line(path, begin, PemError::NoEnd));
    }
    wanted.ok_or_else(|| ConfigError::file(path, PemError::Nothing))
}

/// What is wrong with a PEM file.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
enum PemError {
    #[error("not base64")]
    Base64,
    #[error("PEM section without an END line")]
    NoEnd,
    #[error("no PEM section of a kind that is of use here")]
    Nothing,
}

/// The label of a line that begins or ends a section.
fn boundary<'l>(line: &'l [u8], prefix: &[u8]) -> Option<&'l [u8]> {
    line.strip_prefix(prefix)?.strip_suffix(b"-----")
}

fn is_base64(octet: &u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::one_line;

    #[test]
    fn a_made_certificate_serves_from_memory_and_from_files() {
        self_signed(&["mx.example.com", "127.0.0.1"]).unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["mx.example.com".into()]).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let certificate = directory.path().join("cert.pem");
        let key = directory.path().join("key.pem");
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        close(&key);
        from_files(&certificate, &key).unwrap();
    }

    #[test]
    fn a_wrong_file_is_named_with_its_line() {
        let made = rcgen::generate_simple_self_signed(vec!["a.example".into()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["b.example".into()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let garbled = format!("# a note\n{}", chain.replacen("MII", "M!I", 1));
        let unended = chain.replace("-----END CERTIFICATE-----", "");
        let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for (certificates, key, file, what) in [
            (&*garbled, &*key, "cert.pem:3", "not base64"),
            (&*unended, &*key, "cert.pem:1", "without an END"),
            ("", &*key, "cert.pem", "no PEM section"),
            (&*chain, &*chain, "key.pem", "no PEM section"),
            (&*chain, no_key, "key.pem:1", "private key"),
            (&*chain, &*other.signing_key.serialize_pem(), "cert.pem", ""),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let paths = ["cert.pem", "key.pem"].map(|name| directory.path().join(name));
            fs::write(&paths[0], certificates).unwrap();
            fs::write(&paths[1], key).unwrap();
            close(&paths[1]);
            let line = match from_files(&paths[0], &paths[1]) {
                Ok(_) => panic!("{file} was accepted"),
                Err(error) => one_line(&error),
            };
            assert!(line.contains(file) && line.contains(what), "{line}");
        }
    }

    fn close(path: &Path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}
