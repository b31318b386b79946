//! Certificates: read from files, or made on the spot.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::config::{ConfigError, read, read_secret};
use crate::pem;

/// A server that shows the certificate chain and holds the key of two PEM files. A key file that
/// everybody can read is refused.
pub fn from_files(certificates: &Path, key: &Path) -> Result<TlsAcceptor, ConfigError> {
    let text = read(certificates)?;
    pem::locate(certificates, &text, &["CERTIFICATE"])?;
    let chain = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ConfigError::file(certificates, error))?;
    let text = read_secret(key, 0o640)?;
    let kinds = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];
    let line = pem::locate(key, &text, &kinds)?;
    let private = PrivateKeyDer::from_pem_slice(&text)
        .map_err(|error| ConfigError::line(key, line, error))?;
    let provider = aws_lc_rs::default_provider();
    // Loaded once for its own sake, so that an error is known to be the key's or the chain's.
    provider
        .key_provider
        .load_private_key(private.clone_key())
        .map_err(|error| ConfigError::line(key, line, error))?;
    acceptor(chain, private).map_err(|error| ConfigError::file(certificates, error))
}

/// A server with a new key and a certificate for `names` that nobody but itself has signed:
/// enough to encrypt, not to prove who it is. With it comes the certificate, for clients that
/// shall trust it.
pub fn self_signed(
    names: &[&str],
) -> Result<(TlsAcceptor, CertificateDer<'static>), SelfSignedError> {
    let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let certificate = made.cert.der().clone();
    let acceptor = acceptor(vec![certificate.clone()], key.into())?;
    Ok((acceptor, certificate))
}

/// A client that trusts this one certificate.
pub fn trusting(certificate: CertificateDer<'static>) -> Result<TlsConnector, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
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
            (&*chain, &*chain, "key.pem", "expected"),
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
