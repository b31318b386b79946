//! Whom to ask: a zone file, a name server, or whatever the system asks.

use core::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use dns_hickory::{HickoryResolver, Options};
use dns_txt::{AsyncResolve, Zone};
use thiserror::Error;

use crate::config::{ConfigError, read};

/// Answers from the master file at `zone`, else from `name_server`, else from the name servers
/// of the system. To be called within a Tokio runtime.
pub fn resolver(
    zone: Option<&Path>,
    name_server: Option<SocketAddr>,
) -> Result<Arc<dyn AsyncResolve>, ConfigError> {
    if let Some(path) = zone {
        return Ok(Arc::new(self::zone(path)?));
    }
    let options = Options::new();
    let resolver = match name_server {
        Some(address) => HickoryResolver::with_name_servers(&[address], &options)
            .map_err(|error| ConfigError::flag("--nameserver", error))?,
        None => HickoryResolver::system(&options)
            .map_err(|error| ConfigError::file(Path::new(SYSTEM), error))?,
    };
    Ok(Arc::new(resolver))
}

/// Reads a master file.
pub fn zone(path: &Path) -> Result<Zone, ConfigError> {
    let text = read(path)?;
    Zone::parse(without_mark(&text), None)
        .map_err(|error| ConfigError::line(path, error.line(), error.fault()))
}

/// The text behind the byte order mark that some editors put in front of it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// Reads `ADDR[:PORT]`; without a port it is 53.
pub fn name_server(text: &str) -> Result<SocketAddr, NameServerError> {
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(SocketAddr::new(address, 53)),
        // Nobody answers at port 0.
        Err(_) => match text.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(address),
            _ => Err(NameServerError),
        },
    }
}

/// Something else than an address and perhaps a port.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("expected an address such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353")]
pub struct NameServerError;

/// Where a system without any name server is to be mended.
pub(crate) const SYSTEM: &str = "/etc/resolv.conf";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::one_line;

    #[test]
    fn a_name_server_has_port_53_unless_it_has_another() {
        for (text, address) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
        ] {
            assert_eq!(name_server(text).unwrap().to_string(), address);
        }
        assert!(name_server("ns.example.com").is_err());
    }

    #[test]
    fn a_wrong_zone_is_named_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "example.org. TXT v=spf1\nexample.org. A 192.0.2.300\n",
        )
        .unwrap();
        let error = resolver(Some(file.path()), None).err().unwrap();
        let start = format!("{}:2: ", file.path().display());
        assert!(one_line(&error).starts_with(&start), "{}", one_line(&error));
    }
}
