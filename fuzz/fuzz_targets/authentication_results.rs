//! Whatever is read as Authentication-Results prints as one field that reads the same; is stripped
//! at the border of whoever it claims to be from; is used by a consumer that trusts that id, and by
//! no other; and has the results that are read without looking at its id.

#![no_main]

use auth_results::{AuthenticationResults, Trust, UnidentifiedResults, forged};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| {
    let unidentified = UnidentifiedResults::parse(value);
    let header = [(&b"Authentication-Results"[..], value)];
    let _ = forged(header, "mx.example");
    let Ok(field) = AuthenticationResults::parse(value) else {
        return;
    };
    let printed = field.to_field();
    let lines = printed.strip_suffix("\r\n").expect("a whole field");
    for (index, line) in lines.split("\r\n").enumerate() {
        assert!(line.len() <= 998 && !line.contains(char::is_control));
        assert_eq!(index > 0, line.starts_with(' '));
    }
    let (_, again) = printed.split_once(':').expect("the name of the field");
    let again = again.as_bytes();
    assert_eq!(AuthenticationResults::parse(again).as_ref(), Ok(&field));

    let id = field.authserv_id.as_str();
    // Nobody's id is white space, and no border is asked about it.
    if !id.trim().is_empty() && id == id.trim() {
        assert_eq!(forged(header, id), [0]);
    }
    let trusted = Trust::new().authserv_id(id).fields(header);
    assert_eq!(trusted, [(0, field.clone())]);
    let other = Trust::new().authserv_id(&format!("{id}x"));
    assert!(other.fields(header).is_empty());
    assert_eq!(unidentified.results, field.results);
    assert_eq!(UnidentifiedResults::parse(again), unidentified);
});
