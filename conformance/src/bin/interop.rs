//! Our side of `interop/run`: makes the keys, signs as a plan says, verifies.
//!
//! ```text
//! interop keys DIRECTORY
//! interop sign DIRECTORY PLAN
//! interop verify DIRECTORY FILE …
//! interop entry KEYFILE SELECTOR DOMAIN
//! ```
//!
//! `DIRECTORY` holds the keys, and in `zone.txt` their records, `NAME RECORD` on each line. A line
//! of the plan is `IN OUT ALGORITHMS CANONICALIZATION OPTIONS`, tabs between them. For each file
//! verified, one line has its name and, for each signature, `ALGORITHM=RESULT`.

use core::error::Error;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use dkim_canon::{Header, UnixTime};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{
    Algorithm, Canonicalization, Fields, Identity, KeyKind, PrivateKey, SignMessage, SignRequest,
    SigningKey, ZoneEntry, sign,
};
use dkim_verify::{Policy, RustCrypto, verify};
use dns_txt::{Answer, Domain, Question, Record};
use getrandom::SysRng;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match &*arguments {
        ["keys", directory] => make_keys(Path::new(directory)),
        ["sign", directory, plan] => sign_all(Path::new(directory), Path::new(plan)),
        ["verify", directory, files @ ..] => verify_all(Path::new(directory), files),
        ["entry", key, selector, domain] => print_entry(Path::new(key), selector, domain),
        _ => Err("usage: interop keys|sign|verify|entry …".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("interop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make_keys(directory: &Path) -> Result<(), Box<dyn Error>> {
    let mut zone = String::new();
    for (selector, kind) in [(RSA, KeyKind::Rsa2048), (ED25519, KeyKind::Ed25519)] {
        let key = PrivateKey::generate(kind, &mut UnwrapErr(SysRng))?;
        fs::write(key_file(directory, selector), key.to_pem())?;
        let key = SigningKey::new(&key)?;
        let record = key.key_record();
        zone.push_str(&format!("{selector}._domainkey.{DOMAIN} {record}\n"));
    }
    fs::write(directory.join("zone.txt"), zone)?;
    Ok(())
}

fn sign_all(directory: &Path, plan: &Path) -> Result<(), Box<dyn Error>> {
    let rsa = SigningKey::parse(&fs::read(key_file(directory, RSA))?)?;
    let ed25519 = SigningKey::parse(&fs::read(key_file(directory, ED25519))?)?;
    let now = UnixTime::from(SystemTime::now());
    for line in fs::read_to_string(plan)?.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [input, output, algorithms, canonicalization, options] = *columns else {
            return Err(format!("not five columns: {line}").into());
        };
        let message = fs::read(input)?;
        let mut requests = Vec::new();
        for algorithm in algorithms.split(',') {
            let (key, selector) = match algorithm {
                "rsa-sha256" => (&rsa, RSA),
                "ed25519-sha256" => (&ed25519, ED25519),
                _ => return Err(format!("no such algorithm: {line}").into()),
            };
            let request = request(
                key.algorithm(),
                selector,
                canonicalization,
                options,
                &message,
            )?;
            requests.push((request, key));
        }
        let requests: Vec<(&SignRequest, &dyn SignMessage)> = requests
            .iter()
            .map(|(request, key)| (request, *key as &dyn SignMessage))
            .collect();
        let fields = sign(&message, &requests, now, &mut UnwrapErr(SysRng))?;
        let fields: String = fields.iter().map(ToString::to_string).collect();
        fs::write(output, [fields.as_bytes(), &message].concat())?;
    }
    Ok(())
}

fn request(
    algorithm: Algorithm,
    selector: &str,
    canonicalization: &str,
    options: &str,
    message: &[u8],
) -> Result<SignRequest, Box<dyn Error>> {
    let canonicalization = Canonicalization::parse(canonicalization.as_bytes());
    let canonicalization = canonicalization.ok_or("no such canonical forms")?;
    let request = SignRequest::new(algorithm, DOMAIN.parse()?, selector.parse()?);
    let mut request = request.canonicalization(canonicalization);
    for option in options.split(',').filter(|option| *option != "-") {
        request = match option {
            "all" => {
                let (header, _) = Header::split(message);
                let names: Vec<String> = header
                    .fields()
                    .map(|field| String::from_utf8_lossy(field.name()).into_owned())
                    .collect();
                request.fields(Fields::only(names.iter().map(String::as_str))?)
            }
            "copies" => request.copy_fields(),
            "expires" => request.lifetime(86_400),
            "identity" => request.identity(Identity::new(*b"a;b=c", DOMAIN.parse::<Domain>()?)),
            "length" => request.body_length(u64::MAX),
            _ => return Err(format!("no such option: {option}").into()),
        };
    }
    Ok(request)
}

fn verify_all(directory: &Path, files: &[&str]) -> Result<(), Box<dyn Error>> {
    let zone = fs::read_to_string(directory.join("zone.txt"))?;
    let zone: BTreeMap<&str, &str> = zone
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    for file in files {
        let message = fs::read(file)?;
        let now = UnixTime::from(SystemTime::now());
        let answer = |question: &Question| {
            let name = question.name().to_string();
            match zone.get(name.trim_end_matches('.')) {
                Some(record) => Answer::Records(vec![Record::Txt(record.as_bytes().into())]),
                None => Answer::NoSuchName,
            }
        };
        // The policy of the RFCs: what has `l=` is judged too.
        let policy = Policy::rfcs();
        let verdicts = verify(&message, &policy, RustCrypto::shared(), now, answer);
        let results = verdicts.iter().map(|verdict| {
            let tags = verdict.signature.as_ref().map(|signature| signature.tags());
            let algorithm = tags.map(|tags| tags.algorithm().to_string());
            let algorithm = algorithm.unwrap_or_else(|| "unknown".to_owned());
            format!(" {algorithm}={}", verdict.result())
        });
        println!("{file}{}", results.collect::<String>());
    }
    Ok(())
}

fn print_entry(key: &Path, selector: &str, domain: &str) -> Result<(), Box<dyn Error>> {
    let key = SigningKey::parse(&fs::read(key)?)?;
    let entry = ZoneEntry::new(selector.parse()?, domain.parse()?, key.key_record())?;
    print!("{entry}");
    Ok(())
}

fn key_file(directory: &Path, selector: &str) -> PathBuf {
    directory.join(format!("{selector}.private"))
}

const DOMAIN: &str = "example.test";
const RSA: &str = "rsa";
const ED25519: &str = "ed25519";
