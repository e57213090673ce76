//! Patterns over ids of cases: on the command line, in files of patterns, and in expectation files.

/// Glob over the parts of an id: `*` inside a part, `**` over any number of parts.
pub fn matches(pattern: &str, id: &str) -> bool {
    fn parts(pattern: &[&str], id: &[&str]) -> bool {
        match (pattern.split_first(), id.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => {
                (0..=id.len()).any(|skip| parts(rest, id.get(skip..).unwrap_or_default()))
            }
            (Some((head, rest)), Some((name, after))) => part(head, name) && parts(rest, after),
            _ => false,
        }
    }
    fn part(pattern: &str, name: &str) -> bool {
        match pattern.split_once('*') {
            None => pattern == name,
            Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
                rest.char_indices()
                    .map(|(at, _)| at)
                    .chain([rest.len()])
                    .any(|at| rest.get(at..).is_some_and(|rest| part(tail, rest)))
            }),
        }
    }
    // Most patterns are ids, or differ early: told without taking anything apart.
    let literal = pattern.split('*').next().unwrap_or_default();
    if literal.len() == pattern.len() || !id.starts_with(literal.trim_end_matches('/')) {
        return pattern == id;
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    let id: Vec<&str> = id.split('/').collect();
    parts(&pattern, &id)
}
