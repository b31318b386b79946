//! XML 1.0 as a report is written in it, read the slow way: elements, attributes of double quotes,
//! text with the entities of XML. No comment, no CDATA, no document type: a report needs none.

/// An element and what is inside of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Self>,
}

impl Element {
    pub(crate) fn all<'e>(&'e self, name: &str) -> impl Iterator<Item = &'e Self> {
        let children = self.children.iter();
        children.filter(move |child| child.name == name)
    }

    pub(crate) fn at<'e>(&'e self, name: &'e str) -> &'e Self {
        self.all(name).next().unwrap()
    }
}

/// `Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]`
fn is_char(char: char) -> bool {
    matches!(u32::from(char), 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..)
}

/// What is printed for a character. A CR would be read as LF (XML 1.0 §2.11).
pub(crate) fn or_replaced(char: char) -> char {
    match is_char(char) && char != '\r' {
        true => char,
        false => '\u{fffd}',
    }
}

/// The element that a document consists of.
pub(crate) fn document(text: &str) -> Result<Element, String> {
    if let Some(char) = text.chars().find(|char| !is_char(*char)) {
        return Err(format!("{char:?} cannot stand in a document"));
    }
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let rest = text.strip_prefix(declaration).ok_or("no declaration")?;
    let (root, rest) = element(rest.trim_start())?;
    match rest.trim() {
        "" => Ok(root),
        more => Err(format!("{more} behind the root")),
    }
}

fn element(text: &str) -> Result<(Element, &str), String> {
    let text = text.strip_prefix('<').ok_or("no element")?;
    let (tag, mut rest) = text.split_once('>').ok_or("a tag that does not end")?;
    let mut parts = tag.splitn(2, ' ');
    let name = parts.next().unwrap_or_default();
    if name.is_empty()
        || !name
            .chars()
            .all(|char| char.is_ascii_lowercase() || char == '_')
    {
        return Err(format!("<{tag}>"));
    }
    let mut element = Element {
        name: name.into(),
        attributes: attributes(parts.next().unwrap_or_default())?,
        ..Element::default()
    };
    loop {
        let at = rest.find('<').ok_or("an element that does not end")?;
        let (text, markup) = rest.split_at(at);
        element.text.push_str(&plain(text)?);
        if let Some(end) = markup.strip_prefix("</") {
            let rest = end.strip_prefix(name).and_then(|end| end.strip_prefix('>'));
            let rest = rest.ok_or_else(|| format!("<{name}> ends with {end:.20}"))?;
            return Ok((element, rest));
        }
        let (child, behind) = self::element(markup)?;
        element.children.push(child);
        rest = behind;
    }
}

fn attributes(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut attributes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, behind) = rest
            .split_once("=\"")
            .ok_or("an attribute without a value")?;
        let (value, behind) = behind
            .split_once('"')
            .ok_or("an attribute that does not end")?;
        attributes.push((name.into(), plain(value)?));
        rest = behind.trim_start();
    }
    Ok(attributes)
}

/// Text without its entities. `]]>` may not stand in it (XML 1.0 §2.4).
fn plain(text: &str) -> Result<String, String> {
    if text.contains("]]>") {
        return Err("]]> in text".into());
    }
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, behind) = piece.split_once(';').ok_or("an entity that does not end")?;
        let char = match name {
            "amp" => '&',
            "apos" => '\'',
            "gt" => '>',
            "lt" => '<',
            "quot" => '"',
            _ => return Err(format!("&{name};")),
        };
        plain.push(char);
        plain.push_str(behind);
    }
    Ok(plain)
}
