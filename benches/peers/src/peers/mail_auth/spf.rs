//! SPF by `mail-auth`.

use std::hint::black_box;

use futures_executor::block_on;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{Parameters, SpfResult};

use super::cache::{Cached, Caches};
use super::resolver;
use crate::harness::Task;
use crate::input::spf::{CLIENT, HELO, REVERSE_PATH, zone};

/// Records come parsed from the cache, as the crate means it to be used.
pub fn parsed() -> Task {
    let caches = Caches::new(&zone(), Cached::parsed);
    task("mail-auth 0.15, records parsed before", caches)
}

/// Records are parsed when the cache is asked, in every check.
pub fn parsing() -> Task {
    let caches = Caches::new(&zone(), Cached::text);
    task("mail-auth 0.15, records parsed each time", caches)
}

fn task(name: &'static str, caches: Caches) -> Task {
    let resolver = resolver();
    Task::new(name, move || {
        let sender = SpfParameters::mail_from(black_box(CLIENT), HELO, "unknown", REVERSE_PATH);
        let parameters = Parameters::new(sender).with_cache(&caches);
        let output = block_on(resolver.check_host(parameters));
        assert_eq!(output.result(), SpfResult::Pass);
        black_box(output);
    })
}
