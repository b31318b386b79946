//! RSA keys whose numbers do not belong together: neither backend signs with them, and both take
//! the same keys.

use dkim_aws_lc::{SigningKey, SigningKeyError};
use dkim_sign::{Exposed, PrivateKey, PrivateKeyError};

const RSA: &[u8] = include_bytes!("../../dkim-sign/testdata/test-rsa2048-pkcs8.pem");

// Places in an `RSAPrivateKey` (RFC 8017 §A.1.2), behind the version.
const N: usize = 0;
const D: usize = 2;
const P: usize = 3;
const Q: usize = 4;
const Q_INVERSE: usize = 7;

/// The numbers of the key, the most significant octet first.
fn numbers() -> Vec<Vec<u8>> {
    let key = PrivateKey::parse(RSA).unwrap();
    let Exposed::Rsa { pkcs1 } = key.expose() else {
        panic!("no RSA key")
    };
    let mut rest = contents(pkcs1).0;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (number, after) = contents(rest);
        numbers.push(number.to_vec());
        rest = after;
    }
    numbers.remove(0);
    numbers
}

/// The contents of the value that DER begins with, and what follows it.
fn contents(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match der[1] {
        0x81 => (usize::from(der[2]), 3),
        0x82 => (usize::from(der[2]) << 8 | usize::from(der[3]), 4),
        length => (usize::from(length), 2),
    };
    der[start..].split_at(length)
}

fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, contents].concat()
}

fn key(numbers: &[Vec<u8>]) -> Result<PrivateKey, PrivateKeyError> {
    let integer = |number: &Vec<u8>| match number.iter().position(|&octet| octet != 0) {
        Some(zeros) => short(2, &[&[0][..], &number[zeros..]].concat()),
        None => short(2, &[0]),
    };
    let numbers: Vec<u8> = numbers.iter().flat_map(integer).collect();
    let der = value(0x30, &[&[2, 1, 0][..], &numbers].concat());
    PrivateKey::parse(&der)
}

/// One INTEGER: a leading zero is left out where it is not needed.
fn short(tag: u8, contents: &[u8]) -> Vec<u8> {
    let contents = match contents {
        [0, rest @ ..] if rest.first().is_some_and(|&octet| octet < 0x80) => rest,
        all => all,
    };
    match contents.len() {
        length @ ..0x80 => [&[tag, u8::try_from(length).unwrap()][..], contents].concat(),
        length @ ..0x100 => [&[tag, 0x81, u8::try_from(length).unwrap()][..], contents].concat(),
        _ => value(tag, contents),
    }
}

/// The sum, or with `negative` the difference.
fn sum(a: &[u8], b: &[u8], negative: bool) -> Vec<u8> {
    let width = a.len().max(b.len()) + 1;
    let octet = |number: &[u8], place: usize| {
        let index = number.len().checked_sub(place + 1);
        i32::from(index.map_or(0, |index| number[index]))
    };
    let mut carry = 0;
    let mut sum: Vec<u8> = (0..width)
        .map(|place| {
            let sign = if negative { -1 } else { 1 };
            let column = octet(a, place) + sign * octet(b, place) + carry;
            carry = column.div_euclid(256);
            u8::try_from(column.rem_euclid(256)).unwrap()
        })
        .collect();
    sum.reverse();
    sum
}

/// Both refuse, if it has not been refused before it came to them, and say so.
fn is_refused(numbers: &[Vec<u8>], what: &str) {
    let key = match key(numbers) {
        Ok(key) => key,
        Err(error) => return assert_eq!(error, PrivateKeyError::Inconsistent, "{what}"),
    };
    let ours = SigningKey::new(&key).unwrap_err();
    assert!(
        matches!(
            ours,
            SigningKeyError::PrivateKey(PrivateKeyError::Inconsistent)
        ),
        "{what}: {ours}"
    );
    let rust = dkim_sign::SigningKey::new(&key).unwrap_err();
    assert_eq!(rust, PrivateKeyError::Inconsistent, "{what}");
}

#[test]
fn the_key_itself_is_taken_by_both() {
    let key = key(&numbers()).unwrap();
    SigningKey::new(&key).unwrap();
    dkim_sign::SigningKey::new(&key).unwrap();
}

#[test]
fn a_number_that_is_changed_is_refused_by_both() {
    for place in D..=Q_INVERSE {
        let mut numbers = numbers();
        *numbers[place].last_mut().unwrap() ^= 2;
        is_refused(&numbers, &format!("number {place}"));
    }
}

#[test]
fn primes_in_the_order_of_other_numbers_are_refused_by_both() {
    let mut numbers = numbers();
    numbers.swap(P, Q);
    is_refused(&numbers, "swapped primes");
}

/// RFC 8017 §3.2 has it below the modulus. Such an exponent gives the same signatures.
#[test]
fn an_exponent_beyond_the_modulus_is_refused_by_both() {
    let mut numbers = numbers();
    let less = sum(&numbers[P], &numbers[Q], false);
    let phi = sum(&sum(&numbers[N], &less, true), &[1], false);
    numbers[D] = sum(&numbers[D], &phi, false);
    is_refused(&numbers, "d + phi(n)");
}
