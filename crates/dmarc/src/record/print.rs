//! A record as text, to be published.

use core::fmt;

use super::{Record, ReportUri, Requested};
use crate::policy::{FailureOptions, Mode, Psd};

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=DMARC1")?;
        requested(f, "p", &self.p)?;
        requested(f, "sp", &self.sp)?;
        requested(f, "np", &self.np)?;
        mode(f, "adkim", self.adkim)?;
        mode(f, "aspf", self.aspf)?;
        if self.psd != Psd::Unknown {
            write!(f, "; psd={}", self.psd.as_str())?;
        }
        if self.t {
            f.write_str("; t=y")?;
        }
        uris(f, "rua", &self.rua)?;
        uris(f, "ruf", &self.ruf)?;
        if self.fo != FailureOptions::default() {
            write!(f, "; fo={}", self.fo)?;
        }
        Ok(())
    }
}

fn requested(f: &mut fmt::Formatter<'_>, name: &str, requested: &Requested) -> fmt::Result {
    match requested {
        Requested::Absent => Ok(()),
        Requested::Malformed(text) => write!(f, "; {name}={text}"),
        Requested::Policy(policy) => write!(f, "; {name}={policy}"),
    }
}

fn mode(f: &mut fmt::Formatter<'_>, name: &str, mode: Mode) -> fmt::Result {
    match mode {
        Mode::Relaxed => Ok(()),
        Mode::Strict => write!(f, "; {name}={mode}"),
    }
}

fn uris(f: &mut fmt::Formatter<'_>, name: &str, uris: &[ReportUri]) -> fmt::Result {
    for (number, uri) in uris.iter().enumerate() {
        match number {
            0 => write!(f, "; {name}={uri}")?,
            _ => write!(f, ",{uri}")?,
        }
    }
    Ok(())
}
