//! Canonical bodies hashed, and whole messages signed and verified, against SHA-256 alone.

use core::hint::black_box;

use benches::{body, message};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dkim_canon::{BodyCanon, Form};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SignMessage, SignRequest, SigningKey, UnixTime, sign};
use dkim_verify::{Policy, RustCrypto, verify};
use dns_txt::{Answer, Domain, Record};
use getrandom::SysRng;
use sha2::{Digest, Sha256};

const SIZES: [usize; 3] = [2 << 10, 50 << 10, 1 << 20];

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
    let now = UnixTime::from_secs(1_795_500_000);
    for kind in [KeyKind::Ed25519, KeyKind::Rsa2048] {
        let mut rng = UnwrapErr(SysRng);
        let key = PrivateKey::generate(kind, &mut rng).expect("a key can be made");
        let key = SigningKey::new(&key).expect("a new key can sign");
        let domain: Domain = "example.com".parse().expect("a domain");
        let request = SignRequest::new(key.algorithm(), domain.clone(), domain);
        let record = key.key_record().to_string().into_bytes();
        let answer = Answer::Records(vec![Record::Txt(record.into())]);

        let mut group = criterion.benchmark_group(key.algorithm().to_string());
        for size in SIZES {
            let message = message(size, 50);
            group.throughput(Throughput::Bytes(message.len() as u64));
            let mut signed = Vec::new();
            group.bench_function(BenchmarkId::new("sign", size), |bencher| {
                bencher.iter(|| {
                    signed = sign(&message, &[(&request, &key)], now, &mut rng).expect("signs");
                });
            });
            let mut whole = signed
                .iter()
                .map(ToString::to_string)
                .collect::<String>()
                .into_bytes();
            whole.extend_from_slice(&message);
            group.bench_function(BenchmarkId::new("verify", size), |bencher| {
                bencher.iter(|| {
                    let policy = Policy::default();
                    let verdicts = verify(&whole, &policy, RustCrypto::shared(), now, |_| &answer);
                    assert!(verdicts.iter().all(|verdict| verdict.is_pass()));
                    verdicts
                });
            });
        }
    }
}

criterion_group!(benches, bodies, messages);
criterion_main!(benches);
