//! `milter` beside OpenDKIM under the same load; `benches/opendkim/run` builds and starts it.
//!
//! Both daemons read the same opendkim.conf, tables, key and DNS records. A round has each of them
//! take the same number of messages over the same number of connections at a time, the two in turn.
//! Whether each message was signed, or its signature found good, is checked.

mod arguments;
mod contest;
mod daemon;
mod files;
mod load;
mod mta;
mod report;

use core::error::Error;

use self::arguments::Arguments;
use self::contest::{memory, speed};
use self::files::Files;
use self::load::{Load, Mode};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let files = Files::new()?;
    for mode in [Mode::Sign, Mode::Verify] {
        for octets in [2 << 10, 50 << 10] {
            let load = Load::new(mode, octets, &files, &arguments)?;
            print!(
                "{}",
                report::speed(&load, &speed(&load, &files, &arguments)?)
            );
        }
    }
    for mode in [Mode::Sign, Mode::Verify] {
        let load = Load::new(mode, 2 << 10, &files, &arguments)?;
        print!(
            "{}",
            report::memory(&load, &memory(&load, &files, &arguments)?)
        );
    }
    Ok(())
}
