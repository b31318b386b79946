//! Canonical bodies hashed, and whole messages signed and verified, against SHA-256 alone.

use core::hint::black_box;
use std::sync::Arc;

use benches::{body, message};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dkim_aws_lc::AwsLc;
use dkim_canon::{BodyCanon, Form};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SignMessage, SignRequest, SigningKey, UnixTime, sign};
use dkim_verify::{Policy, RustCrypto, verify};
use dns_txt::{Answer, Domain, Record};
use getrandom::SysRng;
use sha2::{Digest, Sha256};

fn bodies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("body");
    for (content, text) in [("text", 100), ("base64", 0)] {
        let body = body(1 << 20, text);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(BenchmarkId::new("sha-256 alone", content), |bencher| {
            bencher.iter(|| Sha256::digest(black_box(&body)));
        });
        for form in [Form::Simple, Form::Relaxed] {
            group.bench_function(BenchmarkId::new(form.to_string(), content), |bencher| {
                bencher.iter(|| {
                    let mut hash = Sha256::new();
                    let mut canon = BodyCanon::new(form);
                    for chunk in black_box(&body).chunks(16 << 10) {
                        canon.update(chunk, |octets| hash.update(octets));
                    }
                    canon.finish(|octets| hash.update(octets));
                    hash.finalize()
                });
            });
        }
    }
}

fn messages(criterion: &mut Criterion) {
    for kind in [KeyKind::Ed25519, KeyKind::Rsa2048] {
        let key = PrivateKey::generate(kind, &mut UnwrapErr(SysRng)).expect("a key can be made");
        let rust = SigningKey::new(&key).expect("a new key can sign");
        let aws_lc = dkim_aws_lc::SigningKey::new(&key).expect("a new key can sign");
        let record = rust.key_record().to_string().into_bytes();
        let answer = Answer::Records(vec![Record::Txt(record.into())]);
        let backends: [(_, &dyn SignMessage, _); 2] = [
            ("pure Rust", &rust, RustCrypto::shared()),
            ("AWS-LC", &aws_lc, AwsLc::shared()),
        ];
        for (backend, key, crypto) in backends {
            let mut group = criterion.benchmark_group(format!("{}, {backend}", key.algorithm()));
            for (size, text) in SIZES {
                let message = message(size, text);
                group.throughput(Throughput::Bytes(message.len() as u64));
                group.bench_function(BenchmarkId::new("sign", size), |bencher| {
                    bencher.iter(|| signature(&message, key));
                });
                let whole = [signature(&message, key).into_bytes(), message].concat();
                group.bench_function(BenchmarkId::new("verify", size), |bencher| {
                    bencher.iter(|| {
                        let (policy, crypto) = (Policy::default(), Arc::clone(&crypto));
                        let verdicts = verify(&whole, &policy, crypto, NOW, |_| &answer);
                        assert!(verdicts.iter().all(|verdict| verdict.is_pass()));
                        verdicts
                    });
                });
            }
        }
    }
}

/// The field that signs a message.
fn signature(message: &[u8], key: &dyn SignMessage) -> String {
    let domain: Domain = "example.com".parse().expect("a domain");
    let request = SignRequest::new(key.algorithm(), domain.clone(), domain);
    let fields = sign(message, &[(&request, key)], NOW, &mut UnwrapErr(SysRng)).expect("signs");
    fields.iter().map(ToString::to_string).collect()
}

const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);

/// A body's size, and how much of it is text, in hundredths.
const SIZES: [(usize, usize); 4] = [
    (2 << 10, 100),
    (50 << 10, 30),
    (1 << 20, 10),
    (10 << 20, 10),
];

criterion_group!(benches, bodies, messages);
criterion_main!(benches);
