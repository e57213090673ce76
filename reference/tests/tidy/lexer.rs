//! Just enough of Rust's lexical grammar to tell code from comments and literals.
//!
//! Knows line comments, nested block comments, strings, raw strings with any number of `#`,
//! byte and C strings, character literals and lifetimes. Absent: numbers, operators of more than
//! one character, macros, and everything about meaning.

/// An identifier, or one character of punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// Counted from 1.
    pub(super) line: usize,
    /// Index of the first character, counted in characters.
    pub(super) at: usize,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub(super) fn is_identifier(&self) -> bool {
        self.text.chars().next().is_some_and(is_word)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The same text with each character of a comment or literal blanked; lines and columns stay.
pub(super) fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = opaque_end(&chars, at).unwrap_or(at);
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            let blanked = chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' });
            code.extend(blanked);
            at = end;
        }
    }
    code
}

/// Where the comment or literal that starts at `at` ends, or `None` where code stands.
fn opaque_end(chars: &[char], at: usize) -> Option<usize> {
    let rest = &chars[at..];
    match rest {
        ['/', '/', ..] => Some(at + rest.iter().take_while(|&&c| c != '\n').count()),
        ['/', '*', ..] => Some(block_comment_end(chars, at)),
        ['"', ..] => Some(quoted_end(chars, at, '"')),
        ['\'', '\\', ..] => Some(quoted_end(chars, at, '\'')),
        ['\'', _, '\'', ..] => Some(at + 3),
        ['r', ..] if !continues_a_word(chars, at) => raw_string_end(chars, at),
        _ => None,
    }
}

/// `br"` and `cr"` are raw strings, `for"` is not one.
fn continues_a_word(chars: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|index| chars[index]);
    match before(1) {
        Some('b' | 'c') => before(2).is_some_and(is_word),
        Some(c) => is_word(c),
        None => false,
    }
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted_end(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn raw_string_end(chars: &[char], start: usize) -> Option<usize> {
    let hashes = chars[start + 1..].iter().take_while(|&&c| c == '#').count();
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None; // A word that begins with r, or a raw identifier.
    }
    let closes = |at: &usize| {
        chars[*at] == '"' && chars[at + 1..].iter().take_while(|&&c| c == '#').count() >= hashes
    };
    let close = (open + 1..chars.len()).find(closes);
    Some(close.map_or(chars.len(), |at| at + 1 + hashes))
}

pub(super) fn tokens(code: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut line = 1;
    let mut grows = false;
    for (at, c) in code.chars().enumerate() {
        match tokens.last_mut() {
            Some(word) if grows && is_word(c) => word.text.push(c),
            _ if c.is_whitespace() => {}
            _ => tokens.push(Token { text: c.to_string(), line, at }),
        }
        grows = is_word(c);
        line += usize::from(c == '\n');
    }
    tokens
}

/// The token that closes the brace at `open`, both as indices into `tokens`.
pub(super) fn closing_brace(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.checked_sub(1)?,
            _ => continue,
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

#[test]
fn comments_and_literals_are_blanked_and_code_stays() {
    let rows = [
        ("a // { b", "a"),
        ("a /* { /* } */ { */ b", "a b"),
        (r#"f("{ \" {", "\\") + b"{""#, "f( , ) + b"),
        (r##"r#"{ " {"# + br"\" + x"##, "+ b + x"),
        ("'{' '\\'' b'}' <'a> 'b'", "b <'a>"),
        ("for r in raw { r#type }", "for r in raw { r#type }"),
        ("\"two\nlines\" y", "y"),
        ("\"unclosed {", ""),
        ("/* unclosed {", ""),
        ("r\"unclosed {", ""),
    ];
    for (text, expected) in rows {
        let code = code_only(text);
        let seen: Vec<&str> = code.split_whitespace().collect();
        assert_eq!(seen.join(" "), expected, "the code of {text}");
        assert_eq!(code.chars().count(), text.chars().count(), "the length of {text}");
        assert_eq!(code.lines().count(), text.lines().count(), "the lines of {text}");
    }
}

#[test]
fn tokens_know_their_line() {
    let found: Vec<(String, usize)> =
        tokens("fn a1() {\n  b::c }").into_iter().map(|token| (token.text, token.line)).collect();
    let expected =
        ["fn", "a1", "(", ")", "{", "b", ":", ":", "c", "}"].map(|text| (text.to_owned(), 1));
    let lines = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2];
    let expected: Vec<_> =
        expected.into_iter().zip(lines).map(|((text, _), line)| (text, line)).collect();
    assert_eq!(found, expected);
}

#[test]
fn braces_close_in_pairs() {
    let text = tokens("{ a { } b } c");
    assert_eq!(closing_brace(&text, 0), Some(5));
    assert_eq!(closing_brace(&tokens("{ {"), 0), None);
}
