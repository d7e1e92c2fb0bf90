//! Where an element of XML ends, found without reading what is in it.

use memchr::{memchr, memchr3, memmem};

/// How many bytes stand in front of the end tag of the element whose start tag ends where these bytes begin; `None` where
/// they end before it does. Names are not compared: whoever reads the element finds what is no XML in it.
pub(super) fn content_length(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        at += memchr(b'<', &bytes[at..])?;
        let rest = &bytes[at..];
        at += match rest.get(1)? {
            b'/' if depth == 0 => return Some(at),
            b'/' => {
                depth -= 1;
                behind(rest, 2, b">")?
            }
            b'!' if rest.starts_with(b"<!--") => behind(rest, 4, b"-->")?,
            b'!' if rest.starts_with(b"<![CDATA[") => behind(rest, 9, b"]]>")?,
            b'!' => behind(rest, 2, b">")?,
            b'?' => behind(rest, 2, b"?>")?,
            _ => {
                let length = tag_length(rest)?;
                depth += usize::from(rest[length - 2] != b'/');
                length
            }
        };
    }
}

/// How many bytes there are up to the end of a text that comes after the first `from` bytes.
fn behind(bytes: &[u8], from: usize, text: &[u8]) -> Option<usize> {
    let found = match text {
        [byte] => memchr(*byte, bytes.get(from..)?),
        text => memmem::find(bytes.get(from..)?, text),
    };
    found.map(|at| from + at + text.len())
}

/// The bytes of a start tag. A `>` in a value of an attribute is none of its end.
fn tag_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr3(b'>', b'"', b'\'', &bytes[at..])?;
        match bytes[at] {
            b'>' => return Some(at + 1),
            quote => at += 1 + memchr(quote, &bytes[at + 1..])? + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Option<&str> {
        content_length(text.as_bytes()).map(|length| &text[..length])
    }

    #[test]
    fn an_element_ends_at_its_own_end_tag() {
        for inside in [
            "",
            "text",
            "<b>1</b><c/><d x='1'/>",
            "<a><a>nested</a></a>",
            "<!-- </a> --><![CDATA[</a>]]><?x </a> ?>",
            "<b c=\"</a>\" d='/>'>x</b>",
            "<b c='\"' d=\"'\"/>",
            "<b/ >x</b>",
        ] {
            assert_eq!(content(&format!("{inside}</a><z/>")), Some(inside));
        }
    }

    #[test]
    fn what_is_cut_has_no_end() {
        let whole = "<b c=\"1\">x</b><!-- y --><![CDATA[z]]><?x y?>";
        for cut in 0..=whole.len() {
            assert_eq!(content(&whole[..cut]), None);
        }
    }
}
