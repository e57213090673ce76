//! `docs/options.md` is what the table of options says, word for word.
//!
//! When it is not, the page as it should be is written into the temporary folder of the build and
//! named in the failure. Deliberately absent: whether the options do it.

#[cfg(test)]
mod options_page {
    use core::fmt::Write;
    use std::fs;
    use std::path::Path;
    use zeroproof_reference::SocketType;
    use zeroproof_reference::socket::options::OptionError;
    use zeroproof_reference::socket::options::{Options, Row, Rule, Types, Value, table};

    const HEAD: &str = "# Options

Generated from the table in `reference/src/socket/options/` and compared with it by
`reference/tests/options_page.rs`; edit the table.

Names, numbers, meanings and defaults are those of `zmq_setsockopt(3)` of libzmq 4.3.5, in lower
case and without `ZMQ_`. A value that is not allowed is refused, and the refusal says what is. An
option works on what is bound or connected after it is set, unless it works at once. Options
without a number are ours.

| option | number | default | takes | sockets | at once | what it does |
|---|---|---|---|---|---|---|
";

    const ABSENT: &str = "
## Not offered

An option that would be taken and then not heeded is worse than one that is refused.

| option | number | reason |
|---|---|---|
";

    fn page() -> String {
        let mut page = HEAD.to_owned();
        let absent = |row: &&Row| matches!(row.rule, Rule::Absent(_));
        for row in table().filter(|row| !absent(row)) {
            let (name, doc) = (row.name, row.doc);
            let at_once = if row.at_once { "yes" } else { "" };
            let row = [&number(row), &default(row), &takes(row), &sockets(row), at_once, doc];
            writeln!(page, "| `{name}` | {} |", row.join(" | ")).unwrap();
        }
        page.push_str(ABSENT);
        for row in table() {
            if let Rule::Absent(reason) = row.rule {
                writeln!(page, "| `{}` | {} | {reason} |", row.name, number(row)).unwrap();
            }
        }
        page
    }

    fn number(row: &Row) -> String {
        row.number.map_or_else(String::new, |number| number.to_string())
    }

    fn default(row: &Row) -> String {
        let socket_type = match row.types {
            Types::Every => SocketType::Pair,
            Types::Only(types) => types[0],
        };
        match Options::new(socket_type).value(row.name) {
            _ if row.name == "type" => String::new(),
            Ok(Some(value)) => shown(&value),
            Ok(None) | Err(OptionError::WriteOnly(_)) => String::new(),
            Err(other) => panic!("{}: {other}", row.name),
        }
    }

    fn shown(value: &Value) -> String {
        match (value.as_int(), value.as_octets()) {
            (Some(number), _) => number.to_string(),
            (None, _) if matches!(value, Value::Text(_)) => {
                format!("`{}`", value.as_octets().unwrap().escape_ascii())
            }
            (None, Some(octets)) if octets.iter().all(|octet| *octet == 0) => "none".to_owned(),
            (None, other) => panic!("a default of {other:?}"),
        }
    }

    fn takes(row: &Row) -> String {
        match row.rule {
            Rule::Fact(_) | Rule::Asked => "read only".to_owned(),
            Rule::Property(_) | Rule::Filter(_) => format!("{}; write only", row.allowed()),
            _ => row.allowed().to_string(),
        }
    }

    fn sockets(row: &Row) -> String {
        match row.types {
            Types::Every => "all".to_owned(),
            Types::Only(types) => {
                types.iter().map(|each| each.name()).collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn the_page_says_what_the_table_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/options.md");
        let wanted = page();
        if fs::read_to_string(&path).unwrap_or_default() != wanted {
            let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("options.md");
            fs::write(&written, wanted).unwrap();
            panic!("docs/options.md is not the table; copy {} over it", written.display());
        }
    }
}
