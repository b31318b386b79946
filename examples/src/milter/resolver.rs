//! Whom to ask for DNS records: Nameservers, ResolverConfiguration, TestDNSData.

use core::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use dns_txt::{Name, Record, Zone};
use thiserror::Error;

use super::conf::Settings;
use super::data_set::{Case, DataSource};
use super::place::Place;
use crate::config::ConfigError;
use crate::stored::{TABLE, read_stored};

/// Where DNS records come from.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "opendkim.conf(5) has these ways")]
pub enum Resolution {
    /// From these name servers.
    NameServers(Vec<SocketAddr>),
    /// From the name servers of the system.
    System,
    /// From TestDNSData; what is not in it does not exist.
    Zone(Box<Zone>),
}

impl Resolution {
    /// Reads the files that the settings name.
    pub(crate) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        if let Some(source) = &settings.test_dns_data {
            return Ok(Self::Zone(Box::new(zone(source)?)));
        }
        let mut servers = settings.name_servers.clone();
        if let (true, Some((place, path))) = (servers.is_empty(), &settings.resolver_configuration)
        {
            servers = forward_addresses(path, place)?;
        }
        Ok(match servers.is_empty() {
            true => Self::System,
            false => Self::NameServers(servers),
        })
    }
}

/// Why a file that says whom to ask cannot be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ResolutionError {
    /// A `forward-addr:` with something else than an address, `@` and a port.
    #[error("forward-addr: expected ADDR or ADDR@PORT, found {found}")]
    ForwardAddress {
        /// What was written.
        found: String,
    },
    /// What should be a name in the DNS is none.
    #[error("TestDNSData: {name} is no name in the DNS")]
    Name {
        /// What was written.
        name: String,
    },
}

/// The name of each record, white space, its text.
fn zone(source: &DataSource) -> Result<Zone, ConfigError> {
    let mut zone = Zone::new();
    for entry in source.read(Case::Ignored)?.entries() {
        let name: Name = entry.key.parse().map_err(|_| {
            let name = entry.key.clone();
            entry.place.fault(ResolutionError::Name { name })
        })?;
        let text = entry.value.as_deref().unwrap_or_default().as_bytes();
        zone.insert(name, Record::Txt(text.into()));
    }
    Ok(zone)
}

/// What an unbound.conf forwards to. Its other lines say how, which is not done here.
fn forward_addresses(path: &Path, named_at: &Place) -> Result<Vec<SocketAddr>, ConfigError> {
    let text =
        read_stored(path, TABLE).map_err(|error| named_at.fault(ConfigError::file(path, error)))?;
    let text = String::from_utf8_lossy(&text);
    let path: Arc<Path> = path.into();
    let mut servers = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some(value) = line.strip_prefix("forward-addr:") else {
            continue;
        };
        let found = value.trim().trim_matches('"');
        let server = forward_address(found).ok_or_else(|| {
            let found = found.into();
            Place::new(Arc::clone(&path), index + 1)
                .fault(ResolutionError::ForwardAddress { found })
        })?;
        servers.push(server);
    }
    Ok(servers)
}

/// `ADDR [ "@" PORT ]`
fn forward_address(text: &str) -> Option<SocketAddr> {
    let (address, port) = match text.split_once('@') {
        Some((address, port)) => (address, port.parse().ok()?),
        None => (text, 53),
    };
    Some(SocketAddr::new(address.parse::<IpAddr>().ok()?, port))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::one_line;

    fn place() -> Place {
        Place::new(Path::new("CONF").into(), 3)
    }

    #[test]
    fn the_servers_of_an_unbound_conf_are_those_it_forwards_to() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "server:\n  module-config: \"iterator\"\nforward-zone:\n  name: \".\"\n  \
                    forward-addr: 127.0.0.1@5353 # local\n  forward-addr: ::1\n";
        fs::write(file.path(), text).unwrap();
        let servers = forward_addresses(file.path(), &place()).unwrap();
        assert_eq!(
            servers,
            ["127.0.0.1:5353", "[::1]:53"].map(|text| text.parse().unwrap())
        );
        fs::write(file.path(), "\nforward-addr: ns.example\n").unwrap();
        let error = one_line(&forward_addresses(file.path(), &place()).unwrap_err());
        assert!(error.ends_with(":2: forward-addr: expected ADDR or ADDR@PORT, found ns.example"));
        let error = forward_addresses(Path::new("/no/such"), &place()).unwrap_err();
        assert!(one_line(&error).starts_with("CONF:3: /no/such: "));
    }

    #[test]
    fn test_data_are_names_and_texts() {
        use dns_txt::{Answer, Kind, Question};

        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(
            file.path(),
            "s._domainkey.Example.com\tv=DKIM1; k=rsa; p=AA\n",
        )
        .unwrap();
        let source = format!("file:{}", file.path().display());
        let zone = zone(&DataSource::parse(&source, place()).unwrap()).unwrap();
        let name: Name = "s._domainkey.example.com".parse().unwrap();
        let question = Question::new(name, Kind::Txt);
        let answer = zone.answer(&question);
        let Answer::Records(records) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(
            records,
            [Record::Txt(b"v=DKIM1; k=rsa; p=AA".as_slice().into())]
        );
    }
}
