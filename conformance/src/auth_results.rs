//! `authentication-results`: values of the field, each with what it says or that it is invalid.

use core::fmt::Write as _;
use std::path::Path;

use auth_results::AuthenticationResults;
use serde::Deserialize;

use crate::outcome::Outcome;
use crate::suite::{SuiteError, read_json};

/// Runs all cases of the folder given. The expectation of an invalid value is that of a strict
/// parser; a value that is marked as strictly invalid is one that real mail holds, and is read.
pub(crate) fn run(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let file: File = read_json(directory.join("cases.json"))?;
    Ok(file.cases.into_iter().map(outcome).collect())
}

fn outcome(case: Case) -> Outcome {
    let expected = match case.expect {
        Some(field) if case.valid => field.as_text(),
        _ => "invalid".to_owned(),
    };
    let got = match AuthenticationResults::parse(case.value.as_bytes()) {
        Ok(field) => Field::from(&field).as_text(),
        Err(error) => format!("invalid: {error}"),
    };
    let passed = match case.valid {
        true => got == expected,
        false => got.starts_with("invalid: "),
    };
    Outcome {
        id: case.id.to_string(),
        passed,
        expected,
        got,
    }
}

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: u32,
    value: String,
    valid: bool,
    expect: Option<Field>,
}

#[derive(Deserialize)]
struct Field {
    authserv_id: String,
    version: Option<String>,
    results: Vec<ResInfo>,
}

#[derive(Deserialize)]
struct ResInfo {
    method: String,
    method_version: Option<String>,
    result: String,
    reason: Option<String>,
    props: Vec<Property>,
}

#[derive(Deserialize)]
struct Property {
    ptype: String,
    property: String,
    value: String,
}

impl From<&AuthenticationResults> for Field {
    fn from(field: &AuthenticationResults) -> Self {
        Self {
            authserv_id: field.authserv_id.as_str().to_owned(),
            version: field.versioned.then(|| "1".to_owned()),
            results: field.results.iter().map(ResInfo::from).collect(),
        }
    }
}

impl From<&auth_results::ResInfo> for ResInfo {
    fn from(resinfo: &auth_results::ResInfo) -> Self {
        Self {
            method: resinfo.method.to_string(),
            method_version: resinfo.method_version.map(|version| version.to_string()),
            result: resinfo.result.to_string(),
            reason: resinfo
                .reason
                .as_ref()
                .map(|reason| reason.as_str().to_owned()),
            props: resinfo.properties.iter().map(Property::from).collect(),
        }
    }
}

impl From<&auth_results::Property> for Property {
    fn from(property: &auth_results::Property) -> Self {
        Self {
            ptype: property.ptype.to_string(),
            property: property.name.to_string(),
            value: property.value.as_str().to_owned(),
        }
    }
}

impl Field {
    /// Every part in a frame of its own, so that fields that differ read differently.
    fn as_text(&self) -> String {
        let mut text = format!("{:?} {:?}", self.authserv_id, self.version);
        for result in &self.results {
            let ResInfo {
                method,
                method_version,
                result,
                reason,
                props,
            } = result;
            let _ = write!(text, "; {method}/{method_version:?}={result} {reason:?}");
            for Property {
                ptype,
                property,
                value,
            } in props
            {
                let _ = write!(text, " {ptype}.{property}={value:?}");
            }
        }
        text
    }
}
