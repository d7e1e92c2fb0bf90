//! Texts on a terminal: made harmless, measured, shortened, wrapped.

use unicode_width::UnicodeWidthStr;

use super::options::RenderOptions;

/// Columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A text that cannot move the cursor, start an escape sequence, break the line or turn the reading
/// direction: titles of findings come from outside and may be hostile.
pub fn harmless(text: &str, look: RenderOptions) -> String {
    if text.chars().all(|letter| !is_harmful(letter)) {
        return text.to_string();
    }
    text.chars()
        .map(|letter| match letter {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            // The control pictures: visible, and one column wide.
            '\0'..='\x1f' if look.unicode => {
                char::from_u32(0x2400 + letter as u32).expect("a control picture")
            }
            '\x7f' if look.unicode => '␡',
            harmful if is_harmful(harmful) => {
                if look.unicode {
                    '�'
                } else {
                    '?'
                }
            }
            other => other,
        })
        .collect()
}

/// A text of lines as [`harmless`] makes each of them. Tabs stay; so do the styles of `render` itself, where
/// colours are on.
pub fn harmless_lines(text: &str, look: RenderOptions) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) =
        rest.find(|letter: char| is_harmful(letter) && !matches!(letter, '\n' | '\t'))
    {
        shown += &rest[..end];
        rest = &rest[end..];
        let style = Some(style_length(rest)).filter(|length| look.color && *length > 0);
        let letter = rest.chars().next().map_or(0, char::len_utf8);
        let (part, after) = rest.split_at(style.unwrap_or(letter));
        match style {
            Some(_) => shown += part,
            None => shown += &harmless(part, look),
        }
        rest = after;
    }
    shown + rest
}

/// The length of the ANSI style that a text begins with: `\x1b[1m`, `\x1b[38;5;9m`.
fn style_length(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\x1b[") else {
        return 0;
    };
    let end = parameters.find(|letter: char| !letter.is_ascii_digit() && letter != ';');
    match end {
        Some(end) if parameters[end..].starts_with('m') => end + 3,
        Some(_) | None => 0,
    }
}

/// Control characters, and the invisible ones that reorder or hide their neighbours.
pub fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A text cut to at most `limit` columns, its end replaced by a mark.
pub fn shorten(text: &str, limit: usize, look: RenderOptions) -> String {
    if width(text) <= limit {
        return text.to_string();
    }
    let mark = look.ellipsis();
    match limit.checked_sub(width(mark)) {
        Some(room) => format!("{}{mark}", head(text, room).trim_end()),
        None => head(text, limit).to_string(),
    }
}

/// The longest start of a text that takes at most `room` columns.
fn head(text: &str, room: usize) -> &str {
    let mut end = 0;
    let mut used = 0;
    for (start, letter) in text.char_indices() {
        let next = start + letter.len_utf8();
        // A letter alone and in company may differ in width: count what is surely not too little.
        used += width(&text[start..next]).max(width(&text[..next]).saturating_sub(used));
        if used > room {
            break;
        }
        end = next;
        // Thousands of combining marks on one letter take no column, but nobody can read them.
        if end > room * 16 + 64 {
            break;
        }
    }
    &text[..end]
}

/// A text in lines of at most `limit` columns, broken at spaces where there are any.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && width(&line) + 1 + width(word) > limit {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        loop {
            let part = head(rest, limit);
            if part.len() == rest.len() {
                break;
            }
            let part = if part.is_empty() {
                first_letter(rest)
            } else {
                part
            };
            lines.push(part.to_string());
            rest = &rest[part.len()..];
        }
        line.push_str(rest);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn first_letter(text: &str) -> &str {
    &text[..text.chars().next().map_or(0, char::len_utf8)]
}

/// Pieces in lines of at most `limit` columns, kept whole where they can be.
pub(super) fn join_wrapped(
    pieces: &[String],
    separator: &str,
    limit: Option<usize>,
) -> Vec<String> {
    let Some(limit) = limit else {
        return vec![pieces.join(separator)];
    };
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if width(line) + width(separator) + width(piece) <= limit => {
                line.push_str(separator);
                line.push_str(piece);
            }
            Some(_) | None => lines.extend(wrap(piece, limit)),
        }
    }
    lines
}

/// A text in lines that fit the look.
pub(super) fn paragraph(text: &str, look: RenderOptions) -> Vec<String> {
    let text = harmless(text, look);
    match look.width {
        Some(limit) => wrap(&text, limit),
        None => vec![text],
    }
}

/// A text in lines that fit the look, made harmless; every line begins with the indent, those after the
/// first with two spaces more.
pub fn lines(text: &str, indent: &str, look: RenderOptions) -> Vec<String> {
    let text = harmless(text, look);
    let Some(limit) = look.width else {
        return vec![format!("{indent}{text}")];
    };
    let room = limit.saturating_sub(width(indent) + 2);
    let parts = if width(&text) + width(indent) <= limit {
        vec![text]
    } else {
        wrap(&text, room)
    };
    let more = |index: usize| if index == 0 { "" } else { "  " };
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| format!("{indent}{}{part}", more(index)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_only_styles_and_only_where_colours_are_on() {
        let text = "\x1b[1mtitle\x1b[0m\n\tcell\x1b[2J\x1b]52;c;eA==\x07\r\u{9b}m\n";
        let colored = RenderOptions {
            color: true,
            ..RenderOptions::PIPE
        };
        assert_eq!(
            harmless_lines(text, colored),
            "\x1b[1mtitle\x1b[0m\n\tcell␛[2J␛]52;c;eA==␇ �m\n"
        );
        assert_eq!(
            harmless_lines(text, RenderOptions::PIPE),
            "␛[1mtitle␛[0m\n\tcell␛[2J␛]52;c;eA==␇ �m\n"
        );
    }
}
