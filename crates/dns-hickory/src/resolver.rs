//! The resolver for async code.

use core::error::Error;
use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant;

use dns_txt::{Answer, AsyncResolve, Failure, Lookup, Question};
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RecordType;
use hickory_resolver::{ResolverBuilder, TokioResolver};
use thiserror::Error;
use tokio::time::timeout;

use crate::cache::Cache;
use crate::options::{CACHE_SIZE, Options, patience};
use crate::translate::{
    answer_from_error, answer_from_lookup, kind_to_hickory, last_alias, lifetime_of_no_records,
    name_to_hickory,
};

/// Asks name servers from within a Tokio runtime. Clones share connections and the cache.
///
/// Connections belong to the runtime in which they were opened: a resolver stays within one.
#[derive(Clone, Debug)]
pub struct HickoryResolver {
    cache: Cache,
    patience: Duration,
    resolver: TokioResolver,
}

impl HickoryResolver {
    /// Asks the name servers of the system (`/etc/resolv.conf` on Unix).
    pub fn system(options: &Options) -> Result<Self, ResolverError> {
        let builder = TokioResolver::builder_tokio().map_err(|error| ResolverError::System {
            source: Box::new(error),
        })?;
        Self::build(builder, options)
    }

    /// Asks these name servers, over UDP, and over TCP where an answer is too long.
    pub fn with_name_servers(
        servers: &[SocketAddr],
        options: &Options,
    ) -> Result<Self, ResolverError> {
        if servers.is_empty() {
            return Err(ResolverError::NoNameServer);
        }
        let servers = servers.iter().map(name_server).collect();
        let config = ResolverConfig::from_name_servers(servers);
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        Self::build(builder, options)
    }

    fn build(
        mut builder: ResolverBuilder<TokioRuntimeProvider>,
        options: &Options,
    ) -> Result<Self, ResolverError> {
        options.apply(builder.options_mut());
        let patience = patience(builder.options_mut());
        match builder.build() {
            Ok(resolver) => Ok(Self {
                cache: Cache::new(options.cache_size.unwrap_or(CACHE_SIZE)),
                patience,
                resolver,
            }),
            Err(error) => Err(ResolverError::System {
                source: Box::new(error),
            }),
        }
    }

    /// The answer that is kept, or else what the name servers say in time.
    async fn answer(&self, question: Question) -> Answer {
        if let Some(answer) = self.cache.get(&question) {
            return answer;
        }
        match timeout(self.patience, self.ask(&question)).await {
            Ok((answer, lifetime)) => {
                self.cache.keep(question, answer.clone(), lifetime);
                answer
            }
            Err(_) => Answer::Failed(Failure::Timeout),
        }
    }

    /// What the name servers say, and how long that is true.
    async fn ask(&self, question: &Question) -> (Answer, Duration) {
        let asked = (
            name_to_hickory(question.name()),
            kind_to_hickory(question.kind()),
        );
        let (Some(name), Some(record_type)) = asked else {
            return (Answer::Failed(Failure::Malformed), Duration::ZERO);
        };
        match self.resolver.lookup(name.clone(), record_type).await {
            Ok(lookup) => (
                answer_from_lookup(&name, record_type, &lookup),
                lookup.valid_until().duration_since(Instant::now()),
            ),
            Err(error) => (
                self.answer_without_records(&error).await,
                lifetime_of_no_records(&error),
            ),
        }
    }

    /// Tells a chain of aliases that ends at a name without records from one that hickory gave up
    /// on, which looks the same: the name where it stopped has an alias still.
    async fn answer_without_records(&self, error: &NetError) -> Answer {
        if let Some(last) = last_alias(error) {
            match self.resolver.lookup(last.clone(), RecordType::CNAME).await {
                Ok(_) => return Answer::Failed(Failure::ServerFailure),
                Err(again) if !again.is_no_records_found() => return answer_from_error(&again),
                Err(_) => {}
            }
        }
        answer_from_error(error)
    }
}

impl AsyncResolve for HickoryResolver {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        Box::pin(self.answer(question))
    }
}

/// Why a resolver cannot be set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResolverError {
    /// The list of name servers is empty.
    #[error("no name server to ask")]
    NoNameServer,
    /// The system's configuration could not be read.
    #[error("no usable resolver configuration")]
    System {
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The thread of a blocking resolver could not be started.
    #[error("no thread for the resolver")]
    Thread {
        /// What the system said.
        source: std::io::Error,
    },
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}
