//! JavaScript that assigns one JSON value to a name → the JSON. Tools whose results are shown by a web page
//! write them so, for the page to load them.

use std::borrow::Cow;

/// The value of `results = {…};`, `var results = […]` or `window.results = {…}`; any other text is as it is.
pub(super) fn assigned(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(value(text).unwrap_or(text)),
        Cow::Owned(text) => match value(&text) {
            Some(value) => Cow::Owned(value.to_string()),
            None => Cow::Owned(text),
        },
    }
}

fn value(text: &str) -> Option<&str> {
    let text = super::begun(text);
    let declared = ["var", "let", "const"].into_iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        rest.starts_with(|letter: char| letter.is_ascii_whitespace())
            .then(|| rest.trim_start())
    });
    let text = declared.unwrap_or(text);
    if !text.starts_with(|letter: char| letter.is_ascii_alphabetic() || "_$".contains(letter)) {
        return None;
    }
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "_$.".contains(letter);
    let rest = text.trim_start_matches(is_of_name).trim_start();
    let value = rest.strip_prefix('=')?.trim();
    value
        .starts_with(['{', '['])
        .then(|| value.strip_suffix(';').unwrap_or(value).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_the_value_that_it_assigns() {
        for (text, json) in [
            ("results = {\"a\": 1}", "{\"a\": 1}"),
            ("results =\n{\"a\": \";\"};\n", "{\"a\": \";\"}"),
            ("\u{feff}var results=[1] ; ", "[1]"),
            ("const a_b = {}", "{}"),
            ("window.report.data = {}", "{}"),
            // A name of its own, and no declaration.
            ("variable = {}", "{}"),
        ] {
            assert_eq!(assigned(Cow::Borrowed(text)), json, "{text}");
            assert_eq!(assigned(Cow::Owned(text.to_string())), json, "{text}");
        }
    }

    #[test]
    fn what_assigns_no_json_is_as_it_is() {
        for text in [
            "",
            "{\"a\": 1};",
            "a == {}",
            "a = 1",
            "a, b = {}",
            "= {}",
            "1a = {}",
            "a[0] = {}",
            "var = 5",
            "name;value\na = {;1",
        ] {
            assert_eq!(assigned(Cow::Borrowed(text)), text);
        }
    }
}
