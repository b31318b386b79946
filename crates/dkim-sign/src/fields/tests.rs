//! Which fields are signed, and how often.

use alloc::string::{String, ToString};
use alloc::vec;

use super::*;

/// The list for a message with fields of these names.
fn list(fields: &Fields, present: &[&str]) -> Result<SignedFields, SignedFieldsError> {
    let octets = present
        .iter()
        .flat_map(|name| [name.as_bytes(), b": x\r\n"]);
    let octets = octets.collect::<Vec<_>>().concat();
    let (header, _) = Header::split(&octets);
    let (list, indexes) = fields.select(&header)?;
    // As those who verify pick them.
    let selection = Selection::new(&header, list.iter(), None);
    assert!(selection.indexes().eq(indexes), "{list}");
    Ok(list)
}

fn select(fields: &Fields, present: &[&str]) -> String {
    list(fields, present).unwrap().to_string()
}

#[test]
fn a15_what_readers_see_is_oversigned_and_the_rest_signed_when_present() {
    assert_eq!(
        select(
            &Fields::default(),
            &["Received", "SUBJECT", "from", "List-Id", "X-Other"]
        ),
        "From:From:To:Cc:Subject:Subject:Date:Reply-To:MIME-Version:Content-Type:List-Id"
    );
    assert_eq!(
        select(
            &Fields::default(),
            &["From", "Sender", "List-Unsubscribe-Post", "to", "To"]
        ),
        "From:From:To:To:To:Cc:Subject:Date:Reply-To:MIME-Version:Content-Type:Sender:\
         List-Unsubscribe-Post"
    );
}

#[test]
fn changes_add_and_leave_out() {
    let fields = Fields::default()
        .adjust("+X-One,-cc: -Subject\t+From -List-Id")
        .and_then(|fields| fields.oversign("X-Two"))
        .unwrap();
    assert_eq!(
        select(&fields, &["x-one", "From", "Subject", "List-Id"]),
        "From:From:To:Date:Reply-To:MIME-Version:Content-Type:X-One:X-Two"
    );
}

#[test]
fn oversigning_can_be_taken_back_and_chosen_anew() {
    let fields = Fields::default().without_oversigning();
    let fields = fields.oversign("From").unwrap();
    assert_eq!(select(&fields, &["From", "To"]), "From:From:To");
}

#[test]
fn c06_a_thousand_fields_are_signed_and_one_more_is_not() {
    let select = |count: usize| list(&Fields::default(), &vec!["From"; count]);
    // Of the thousand names, eight assert that there is no more.
    assert_eq!(select(992).unwrap().count(), 1000);
    assert_eq!(select(993), Err(SignedFieldsError::TooMany));
}

#[test]
fn an_exact_list_is_taken_as_it_is() {
    let fields = Fields::exactly(["to", "FROM", "to"]).unwrap();
    assert_eq!(select(&fields, &["Subject", "From"]), "to:FROM:to");
    assert_eq!(select(&fields.omit("To").unwrap(), &[]), "FROM");
}

#[test]
fn nothing_but_the_given_names_is_signed_as_often_as_present() {
    let fields = Fields::only(["subject", "From", "Cc", "FROM"]).unwrap();
    let present = ["From", "From", "To", "Subject"];
    assert_eq!(select(&fields, &present), "subject:From:From");
    let fields = fields.oversign("cc").unwrap();
    assert_eq!(select(&fields, &present), "subject:From:From:Cc");
}

/// RFC 6376 §5.4.
#[test]
fn signatures_are_listed_as_often_as_they_are_there_and_never_more() {
    let name = "DKIM-Signature";
    for fields in [
        Fields::exactly([name, "From", name]).unwrap(),
        Fields::only([name, "From"])
            .unwrap()
            .oversign(name)
            .unwrap(),
        Fields::only(["From"]).unwrap().oversign(name).unwrap(),
    ] {
        let count = |present: &[&str]| list(&fields, present).unwrap().count_of(name);
        assert_eq!(count(&["From"]), 0);
        assert_eq!(count(&["dkim-signature", "From"]), 1);
        assert_eq!(count(&[name, name, "From"]), 2);
    }
    let exactly = Fields::exactly([name, "From", name]).unwrap();
    assert_eq!(
        select(&exactly, &[name, name, name]),
        "DKIM-Signature:From:DKIM-Signature"
    );
}

/// RFC 6376 §5.4.1.
#[test]
fn what_the_rfc_recommends_is_signed_and_what_changes_on_the_way_is_not() {
    let recommended = [
        "From",
        "Reply-To",
        "Subject",
        "Date",
        "To",
        "Cc",
        "Resent-Date",
        "Resent-From",
        "Resent-To",
        "Resent-Cc",
        "In-Reply-To",
        "References",
        "List-Id",
        "List-Help",
        "List-Unsubscribe",
        "List-Subscribe",
        "List-Post",
        "List-Owner",
        "List-Archive",
    ];
    let others = [
        "Return-Path",
        "Received",
        "Comments",
        "Keywords",
        "DKIM-Signature",
        "Authentication-Results",
    ];
    let present = recommended.iter().chain(&others).copied();
    let signed = list(&Fields::default(), &Vec::from_iter(present)).unwrap();
    assert!(
        recommended.iter().all(|name| signed.contains(name)),
        "{signed}"
    );
    assert!(!others.iter().any(|name| signed.contains(name)), "{signed}");
}

#[test]
fn from_is_always_signed() {
    assert_eq!(Fields::only(["To"]), Err(FieldsError::FromMissing));
    assert_eq!(Fields::exactly(["To"]), Err(FieldsError::FromMissing));
    assert_eq!(Fields::exactly([]), Err(FieldsError::FromMissing));
    assert_eq!(
        Fields::default().omit("FROM"),
        Err(FieldsError::FromMissing)
    );
    assert_eq!(
        Fields::default().adjust("-from"),
        Err(FieldsError::FromMissing)
    );
}

#[test]
fn malformed_names_and_changes_are_refused() {
    for name in ["", "a b", "a:b", "a;b", "a\r\n", "\u{fc}", "a\0"] {
        assert_eq!(
            Fields::default().sign(name),
            Err(FieldsError::Name),
            "{name:?}"
        );
    }
    assert_eq!(Fields::default().adjust("+"), Err(FieldsError::Name));
    assert_eq!(Fields::default().adjust("Date"), Err(FieldsError::Sign));
    assert_eq!(Fields::default().adjust("\u{fc}"), Err(FieldsError::Sign));
}
