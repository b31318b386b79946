//! Every alternative of the grammar of From, one after the other: the tokens of RFC 5322 §3.2, the
//! addresses of §3.4, and the obsolete forms of both (§4.1, §4.2, §4.4), by which "a conforming
//! receiver MUST" be able to read a field (§4).

use mail_address::{FromField, FromFieldError};

/// What each value of a From is read as: its mailboxes, or nothing.
fn assert_read(rule: &str, cases: &[(&[u8], Option<&[&str]>)]) {
    for (value, expected) in cases {
        let read = FromField::parse(value);
        let mailboxes = read.as_ref().ok().map(|field| {
            let mailboxes = field.mailboxes();
            mailboxes.map(ToString::to_string).collect::<Vec<_>>()
        });
        let shown = value.escape_ascii();
        assert_eq!(
            mailboxes
                .as_ref()
                .map(|list| list.iter().map(String::as_str).collect::<Vec<_>>()),
            expected.map(<[&str]>::to_vec),
            "{rule}: {shown}: {read:?}"
        );
    }
}

const A: Option<&[&str]> = Some(&["a@x.example"]);
const AB: Option<&[&str]> = Some(&["a@x.example", "b@x.example"]);

#[test]
fn quoted_pairs_of_rfc_5322_3_2_1_and_4_1() {
    assert_read(
        "quoted-pair = (\"\\\" (VCHAR / WSP)) / obs-qp",
        &[
            (br#""\a"@x.example"#, A),
            (br#""\"\\"@x.example"#, Some(&[r#""\"\\"@x.example"#])),
            (b"\"a\\ b\"@x.example", Some(&["\"a b\"@x.example"])),
            // A tab is white space of a phrase, and nothing that the envelope can carry.
            (b"\"A\\\tB\" <a@x.example>", A),
            (b"\"a\\\tb\"@x.example", None),
            (b"(\\() a@x.example (\\)\\\\)", A),
            (b"(\\)a@x.example", None),
        ],
    );
    assert_read(
        "obs-qp = \"\\\" (%d0 / obs-NO-WS-CTL / LF / CR)",
        &[
            (b"\"A\\\x01\\\x7f\" <a@x.example>", A),
            (b"(\\\x01) a@x.example", A),
            (b"\"a\\\x01\"@x.example", None),
            // For some readers the field ends at the NUL, and at the line end.
            (b"\"A\\\0\" <a@x.example>", None),
            (b"(\\\0) a@x.example", None),
            (b"\"A\\\r\" <a@x.example>", None),
            (b"\"A\\\n B\" <a@x.example>", None),
            (b"(\\\r\n ) a@x.example", None),
        ],
    );
    // RFC 6532 §3.2 lets a VCHAR be more than one octet.
    assert_read(
        "VCHAR =/ UTF8-non-ascii",
        &[("\"\\ä\"@x.example".as_bytes(), Some(&["ä@x.example"]))],
    );
    // A backslash means something in a quoted string and in a comment alone.
    assert_read(
        "specials",
        &[
            (b"\\a@x.example", None),
            (b"a\\@y@x.example", None),
            (b"A\\, B <a@x.example>", None),
            (b"a@x.example\\", None),
        ],
    );
}

#[test]
fn white_space_and_comments_of_rfc_5322_3_2_2_and_4_2() {
    assert_read(
        "FWS = ([*WSP CRLF] 1*WSP) / obs-FWS",
        &[
            (b" \t a@x.example", A),
            (b" \r\n a@x.example", A),
            (b"\r\n\ta@x.example\r\n", A),
            // obs-FWS = 1*WSP *(CRLF 1*WSP): lines of nothing but white space.
            (b" \r\n \r\n\t\r\n a@x.example", A),
            (b"a@x.example \r\n \r\n", A),
            // As mail was stored that lost its CR.
            (b"\n a@x.example\n", A),
            // A line end that no white space follows is none of a field, nor is half of one.
            (b"\r\na@x.example", None),
            (b"\r a@x.example", None),
            (b"a@x.example\r b", None),
            (b"a\r\n@x.example", None),
            // Other white space is none.
            (b"\x0ba@x.example", None),
            (b"a@x.example\x0c", None),
        ],
    );
    assert_read(
        "comment = \"(\" *([FWS] ccontent) [FWS] \")\"",
        &[
            (b"() a@x.example ()", A),
            (b"(\r\n a\r\n\tb ) a@x.example", A),
            (b"(a (b () c) d) a@x.example", A),
            (b"(<b@y.example>, \"c) a@x.example", A),
            // obs-ctext = obs-NO-WS-CTL
            (b"(\x01\x0b\x1f\x7f) a@x.example", A),
            // RFC 6532 §3.2, and octets of older character sets, which nobody reads.
            ("(ä) a@x.example".as_bytes(), A),
            (b"(\xe4) a@x.example", A),
            (b"(a\r\nb) a@x.example", None),
            (b"(a\rb) a@x.example", None),
            (b"(a a@x.example", None),
            (b"a) a@x.example", None),
            (b"a@x.example)", None),
            (b"a@x.example (()", None),
        ],
    );
    let depth = 50_000;
    let mut deep = b"(".repeat(depth);
    deep.extend(b")".repeat(depth));
    deep.extend_from_slice(b"a@x.example");
    assert_read("comments in comments", &[(&deep, A)]);
    let unclosed = &deep[1..];
    let error = FromField::parse(unclosed).unwrap_err();
    assert!(matches!(
        error,
        FromFieldError::Address { .. } | FromFieldError::Separator { .. }
    ));
    assert_read(
        "CFWS = (1*([FWS] comment) [FWS]) / FWS, wherever it may stand",
        &[
            (b"(1)a(2)@(3)x(4).(5)example(6)", A),
            (b"(1) a (2) @ (3) x (4) . (5) example (6)", A),
            (b"(1)A(2)B(3)<(4)a(5)@(6)x(7).(8)example(9)>(10)", A),
            (b"(1)G(2):(3)a@x.example(4),(5)b@x.example(6);(7)", AB),
            (b"(1)a@x.example(2),(3)b@x.example(4)", AB),
            // Between two words it makes two of them.
            (b"a(1)b@x.example", None),
            (b"a@x(1)y.example", None),
            (b"a@x.exam ple", None),
        ],
    );
}

#[test]
fn atoms_and_quoted_strings_of_rfc_5322_3_2_3_and_3_2_4() {
    assert_read(
        "atext",
        &[(
            b"!#$%&'*+-/=?^_`{|}~aZ09@x.example",
            Some(&["!#$%&'*+-/=?^_`{|}~aZ09@x.example"]),
        )],
    );
    for special in b"()<>[]:;@\\,\"\x00\x01\x1f\x7f" {
        let value = [b"a", &[*special][..], b"b@x.example"].concat();
        assert_read("specials and controls are no atext", &[(&value, None)]);
    }
    assert_read(
        "dot-atom-text = 1*atext *(\".\" 1*atext)",
        &[
            (b"a.b.c@x.example", Some(&["a.b.c@x.example"])),
            (b".a@x.example", None),
            (b"a.@x.example", None),
            (b"a..b@x.example", None),
            (b"a@.x.example", None),
            (b"a@x..example", None),
            (b"a@x.example.", None),
        ],
    );
    assert_read(
        "quoted-string = [CFWS] DQUOTE *([FWS] qcontent) [FWS] DQUOTE [CFWS]",
        &[
            (b"\"a\"@x.example", A),
            (b"(c)\"a\"(c)@x.example", A),
            (b"\"\"@x.example", Some(&["\"\"@x.example"])),
            (b"\" \"@x.example", Some(&["\" \"@x.example"])),
            (b"\"a b\"@x.example", Some(&["\"a b\"@x.example"])),
            (b"\"a\r\n b\"@x.example", Some(&["\"a b\"@x.example"])),
            (b"\"(a)\"@x.example", Some(&["\"(a)\"@x.example"])),
            (b"\"a@b\"@x.example", Some(&["\"a@b\"@x.example"])),
            (b"\"<b@y.example>,\" <a@x.example>", A),
            // obs-qtext = obs-NO-WS-CTL
            (b"\"A\x01\x7f\" <a@x.example>", A),
            (b"\"a\x01\"@x.example", None),
            (b"\"a\r\nb\"@x.example", None),
            (b"\"a\rb\" <a@x.example>", None),
            (b"\"a@x.example", None),
            (b"a\"@x.example", None),
            (b"\"a\"b\"@x.example", None),
        ],
    );
}

#[test]
fn phrases_of_rfc_5322_3_2_5_and_4_1() {
    assert_read(
        "phrase = 1*word / obs-phrase",
        &[
            (b"A <a@x.example>", A),
            (b"A B \"C\"D<a@x.example>", A),
            (b"\"\" <a@x.example>", A),
            (b"=?utf-8?q?A?= <a@x.example>", A),
            // obs-phrase = word *(word / "." / CFWS)
            (b"J. Q. A..(c)B <a@x.example>", A),
            (b"\"J\". <a@x.example>", A),
            (b". J <a@x.example>", None),
            // An at sign, a comma or a colon has to be quoted.
            (b"a@y.example <a@x.example>", None),
            (b"A, B <a@x.example>", None),
            (b"A: B <a@x.example>", None),
            (b"A [B] <a@x.example>", None),
        ],
    );
}

#[test]
fn addresses_of_rfc_5322_3_4_and_4_4() {
    assert_read(
        "mailbox = name-addr / addr-spec",
        &[
            (b"a@x.example", A),
            (b"<a@x.example>", A),
            (b"A <a@x.example>", A),
            (b"A", None),
            (b"<>", None),
            (b"A <>", None),
            (b"<a@x.example", None),
            (b"a@x.example>", None),
            (b"<<a@x.example>>", None),
            (b"<a@x.example> A", None),
            (b"<a@x.example, b@x.example>", None),
            (b"<A <a@x.example>>", None),
            (b"<G: a@x.example;>", None),
        ],
    );
    assert_read(
        "obs-angle-addr = [CFWS] \"<\" obs-route addr-spec \">\" [CFWS], obs-route = \
         obs-domain-list \":\", obs-domain-list = *(CFWS / \",\") \"@\" domain *(\",\" [CFWS] \
         [\"@\" domain])",
        &[
            (b"(c)<@y.example:a@x.example>(c)", A),
            (b"A <@y.example,@z.example:a@x.example>", A),
            (b"< , (c) ,@y.example , , (c) @z.example, :a@x.example>", A),
            (b"<@ y . example :a@x.example>", A),
            (b"<@[192.0.2.1]:a@x.example>", A),
            (b"<@y.example: a (c) @x.example>", A),
            (b"<@y.example a@x.example>", None),
            (b"<@y.example@z.example:a@x.example>", None),
            (b"<:a@x.example>", None),
            (b"<,:a@x.example>", None),
            (b"<@:a@x.example>", None),
            (b"<@y.example:>", None),
            (b"<@y.example::a@x.example>", None),
            (b"<@y.example:@z.example:a@x.example>", None),
            (b"@y.example:a@x.example", None),
        ],
    );
    assert_read(
        "group = display-name \":\" [group-list] \";\" [CFWS]",
        &[
            (b"G:;", Some(&[])),
            (b"G: (c) ; (c)", Some(&[])),
            (b"\"\":a@x.example;", A),
            (b"G: a@x.example, B <b@x.example>;", AB),
            (b"a@x.example, G: b@x.example;", AB),
            (b"G:a@x.example;, b@x.example", AB),
            (b"G: a@x.example; b@x.example", None),
            (b"G: a@x.example", None),
            (b"G: a@x.example;;", None),
            (b"G: H: a@x.example;;", None),
            (b"G: a@x.example; <b@x.example>", None),
            (b":a@x.example;", None),
            (b"G.:a@x.example;", A),
            (b".G:a@x.example;", None),
            (b"g@y.example: a@x.example;", None),
        ],
    );
    assert_read(
        "obs-mbox-list = *([CFWS] \",\") mailbox *(\",\" [mailbox / CFWS]), obs-addr-list likewise, \
         obs-group-list = 1*([CFWS] \",\") [CFWS]",
        &[
            (b",a@x.example", A),
            (b" , (c) , a@x.example , , (c) , b@x.example , ", AB),
            (b"G:,;", Some(&[])),
            (b"G: (c), , (c) ;", Some(&[])),
            (b"G:,a@x.example,,b@x.example,;", AB),
            (b"G:;, a@x.example", A),
            (b"a@x.example b@x.example", None),
            (b"a@x.example; b@x.example", None),
            (b",", None),
            (b"(c)", None),
            (b"", None),
        ],
    );
}

#[test]
fn addr_specs_of_rfc_5322_3_4_1_and_4_4() {
    assert_read(
        "local-part = dot-atom / quoted-string / obs-local-part, obs-local-part = word *(\".\" word)",
        &[
            (b"a . b@x.example", Some(&["a.b@x.example"])),
            (b"a.\"b\"@x.example", Some(&["a.b@x.example"])),
            (b"\"a\" . (c) \"b\"@x.example", Some(&["a.b@x.example"])),
            (b"\"a.\".b@x.example", Some(&["\"a..b\"@x.example"])),
            (b"\"\".a@x.example", Some(&["\".a\"@x.example"])),
            (b"a\"b\"@x.example", None),
            (b"a b@x.example", None),
            (b"\"a\"\"b\"@x.example", None),
            (b"@x.example", None),
        ],
    );
    assert_read(
        "domain = dot-atom / domain-literal / obs-domain, obs-domain = atom *(\".\" atom)",
        &[
            (b"a@x . example", A),
            (b"a@x(c).(c)example", A),
            (b"a@\r\n x\r\n .\r\n example", A),
            (b"a@(c)", None),
            (b"a@x.(c)", None),
            (b"a@\"x\".example", None),
            (b"a@x.example.(c)", None),
            (b"a@x@x.example", None),
            // RFC 5322 §3.4.1 leaves to others what a domain is: what can stand in the DNS.
            (b"a@x!y.example", None),
            (b"a@x_y.example", Some(&["a@x_y.example"])),
            (b"a@localhost", Some(&["a@localhost"])),
        ],
    );
    let literal: Option<&[&str]> = Some(&["a@[192.0.2.1]"]);
    assert_read(
        "domain-literal = [CFWS] \"[\" *([FWS] dtext) [FWS] \"]\" [CFWS]",
        &[
            (b"a@[192.0.2.1]", literal),
            (b"a@(c)[192.0.2.1](c)", literal),
            (b"a@[ 192.0.2.1\r\n\t]", literal),
            (b"a@[IPv6:2001:db8::1]", Some(&["a@[IPv6:2001:db8::1]"])),
            // Inside of an address no white space can stand, nor what obs-dtext allows.
            (b"a@[192.0. 2.1]", None),
            (b"a@[192.0.2.\\1]", None),
            (b"a@[192.0.2.1\\]]", None),
            (b"a@[192.0.2.1\x01]", None),
            // Half a line end is no white space.
            (b"a@[192.0.2.1\r]", None),
            (b"a@[192.0.2.1\n]", None),
            (b"a@[192.0.2.1\x0c]", None),
            (b"a@[\r192.0.2.1]", None),
            (b"a@[]", None),
            (b"a@[192.0.2.1", None),
            (b"a@[192.0.2.1].example", None),
            (b"a@x.[192.0.2.1]", None),
            (b"a@[[192.0.2.1]]", None),
        ],
    );
}

/// RFC 6854 §2.1: `from = "From:" (mailbox-list / address-list) CRLF`, with the examples of §4.
#[test]
fn groups_of_rfc_6854() {
    assert_read(
        "from",
        &[
            (b" Nightly Monitor Robot:;\r\n", Some(&[])),
            (
                b" ben@example.com,carol@example.com\r\n",
                Some(&["ben@example.com", "carol@example.com"]),
            ),
            (
                b" Managing Partners:ben@example.com,carol@example.com;\r\n",
                Some(&["ben@example.com", "carol@example.com"]),
            ),
        ],
    );
}
