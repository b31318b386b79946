//! Who signs: a domain, a selector and a key for each, and which of them sign for an author.

use core::str::FromStr;
use std::path::{Path, PathBuf};

use dkim_aws_lc::SigningKeyError;
use dkim_sign::{PrivateKeyError, SignMessage, SignRequest, ZoneEntry};
use dns_txt::{Domain, DomainError, NameError, TxtRecord};
use thiserror::Error;

use crate::config::{ConfigError, read_secret};
use crate::pem;
use crate::signing_key::SigningKey;

/// A value of `--sign`: `DOMAIN:SELECTOR:KEYFILE`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SignArgument {
    /// Whose mail is signed, `d=`.
    pub domain: Domain,
    /// Under which name the key is published, `s=`.
    pub selector: Domain,
    /// Where the private key is kept.
    pub key_file: PathBuf,
}

impl FromStr for SignArgument {
    type Err = SignArgumentError;

    fn from_str(text: &str) -> Result<Self, SignArgumentError> {
        let mut parts = text.splitn(3, ':');
        let (Some(domain), Some(selector), Some(key_file)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(SignArgumentError::Parts);
        };
        if key_file.is_empty() {
            return Err(SignArgumentError::Parts);
        }
        Ok(Self {
            domain: domain.parse().map_err(SignArgumentError::Domain)?,
            selector: selector.parse().map_err(SignArgumentError::Selector)?,
            key_file: key_file.into(),
        })
    }
}

/// What is wrong with a value of `--sign`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SignArgumentError {
    /// What should be the domain is none.
    #[error("domain: {0}")]
    Domain(DomainError),
    /// Fewer than three parts, or an empty one.
    #[error("expected DOMAIN:SELECTOR:KEYFILE")]
    Parts,
    /// What should be the selector is none.
    #[error("selector: {0}")]
    Selector(DomainError),
}

/// A domain that signs, with one of its keys.
#[derive(Clone, Debug)]
pub struct Signatory {
    domain: Domain,
    selector: Domain,
    key: SigningKey,
    request: SignRequest,
}

impl Signatory {
    /// `domain` signs with `key`, whose public half is published under `selector`.
    pub fn new(domain: Domain, selector: Domain, key: SigningKey) -> Self {
        let request = SignRequest::new(key.algorithm(), domain.clone(), selector.clone());
        Self {
            domain,
            selector,
            key,
            request,
        }
    }

    /// Reads the key that the argument names. A file that everybody can read is refused.
    pub fn read(argument: &SignArgument) -> Result<Self, ConfigError> {
        let path = &argument.key_file;
        let text = read_secret(path, 0o640)?;
        let key = SigningKey::parse(&text);
        let key = key.map_err(|error| key_error(path, &text, error))?;
        Ok(Self::new(
            argument.domain.clone(),
            argument.selector.clone(),
            key,
        ))
    }

    /// Whose mail is signed, `d=`.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Under which name the key is published, `s=`.
    pub fn selector(&self) -> &Domain {
        &self.selector
    }

    /// The key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// What a signature is to say.
    pub fn request(&self) -> &SignRequest {
        &self.request
    }

    /// The record that is to be published. Fails if domain and selector make too long a name.
    pub fn txt_record(&self) -> Result<TxtRecord, NameError> {
        let (selector, domain) = (self.selector.clone(), self.domain.clone());
        Ok(ZoneEntry::new(selector, domain, self.key.key_record())?.txt_record())
    }

    /// Whether this domain signs for authors in `author`: in the domain itself or below it, so
    /// that the signature is aligned with From (RFC 9989 calls this relaxed alignment).
    pub fn signs_for(&self, author: &Domain) -> bool {
        author.is_within(&self.domain)
    }
}

/// What keeps the text of a key file from being a key, and on which line if that is known.
pub(crate) fn key_error(path: &Path, text: &[u8], error: SigningKeyError) -> ConfigError {
    let is_vague = matches!(
        error,
        SigningKeyError::PrivateKey(PrivateKeyError::Base64 | PrivateKeyError::Truncated)
    );
    match pem::locate(path, text, &["PRIVATE KEY", "RSA PRIVATE KEY"]) {
        Ok(line) => ConfigError::line(path, line, error),
        // Where it is explains more than what it is.
        Err(located @ ConfigError::Line { .. }) if is_vague => located,
        Err(_) => ConfigError::file(path, error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::one_line;

    #[test]
    fn an_argument_has_three_parts_and_the_last_may_hold_colons() {
        let argument: SignArgument = "example.org:2026.mail:C:/keys/a.pem".parse().unwrap();
        assert_eq!(argument.domain.as_str(), "example.org");
        assert_eq!(argument.selector.as_str(), "2026.mail");
        assert_eq!(argument.key_file, PathBuf::from("C:/keys/a.pem"));
        for text in [
            "",
            "a.example",
            "a.example:s",
            "a.example:s:",
            ":s:key",
            "a.example::key",
        ] {
            assert!(text.parse::<SignArgument>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_domain_signs_for_itself_and_for_what_stands_below() {
        let key = SigningKey::parse(KEY).unwrap();
        let [domain, selector] = ["example.org", "s"].map(|text| text.parse().unwrap());
        let signatory = Signatory::new(domain, selector, key);
        for (author, signs) in [
            ("example.org", true),
            ("news.example.org", true),
            ("badexample.org", false),
            ("org", false),
        ] {
            assert_eq!(
                signatory.signs_for(&author.parse().unwrap()),
                signs,
                "{author}"
            );
        }
    }

    #[test]
    fn d05_a_key_that_cannot_be_used_is_named_and_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        for (text, what) in [
            (&b""[..], "key.pem: the key is empty"),
            (
                b"note\n-----BEGIN PRIVATE KEY-----\nSECRET!\n-----END PRIVATE KEY-----\n",
                "key.pem:3: not base64",
            ),
            (
                b"note\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "key.pem:2: ",
            ),
            (b"SECRET", "key.pem: "),
        ] {
            fs::write(&path, text).unwrap();
            let argument = SignArgument {
                domain: "example.org".parse().unwrap(),
                selector: "s".parse().unwrap(),
                key_file: path.clone(),
            };
            close(&path, 0o600);
            let line = one_line(&Signatory::read(&argument).unwrap_err());
            assert!(line.contains(what) && !line.contains("SECRET"), "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn d05_a_key_that_everybody_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        fs::write(&path, KEY).unwrap();
        let argument = SignArgument {
            domain: "example.org".parse().unwrap(),
            selector: "s".parse().unwrap(),
            key_file: path.clone(),
        };
        close(&path, 0o640);
        assert!(Signatory::read(&argument).is_ok());
        close(&path, 0o644);
        let line = one_line(&Signatory::read(&argument).unwrap_err());
        assert!(line.contains("key.pem: mode is 0644"), "{line}");
    }

    fn close(path: &Path, mode: u32) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// The Ed25519 key of RFC 8463 §A.2.
    const KEY: &[u8] = b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
}
