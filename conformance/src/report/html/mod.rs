//! The report for a browser: one page with everything in it, which opens from disk and asks no
//! network. Text that a peer or a report controls reaches it in two ways only: escaped into the
//! cover (`cover`), and as JSON (`data`) from which the script makes text nodes.
//!
//! Deliberately absent: frameworks, fonts and pictures from elsewhere, and the history of peers.

pub(crate) mod cover;
mod data;
mod kills;
pub(crate) mod seal;

use data::{Evidence, Page};

use super::json::Report;

pub use kills::{Killed, Kills};

const PAGE: &str = include_str!("page.html");
/// The style of every page.
pub(crate) const STYLE: &str = include_str!("style.css");
/// What every script starts with.
pub(crate) const BASE: &str = include_str!("base.js");
/// How octets are drawn.
pub(crate) const DIALOGUE: &str = include_str!("dialogue.js");
/// The script, in the order of its parts.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("base.js"),
    include_str!("wheel.js"),
    include_str!("matrix.js"),
    include_str!("dialogue.js"),
    include_str!("detail.js"),
    include_str!("quality.js"),
    include_str!("start.js"),
    "})();\n"
);

/// Octets of the page; evidence is cut until it fits.
const MOST: usize = 1_900_000;

/// The files of the folder: name and text.
///
/// # Errors
/// Only if the embedded clauses are broken.
pub fn pages(reports: &[Report], kills: Option<&Kills>) -> Result<Vec<(String, String)>, String> {
    let mut page = String::new();
    for evidence in Evidence::LESS_AND_LESS {
        let data = Page::new(reports, kills, evidence)?;
        page = fill(reports, &data)?;
        if page.len() <= MOST {
            break;
        }
    }
    Ok(vec![("index.html".to_owned(), page)])
}

fn fill(reports: &[Report], data: &Page) -> Result<String, String> {
    let data = inert(&serde_json::to_string(data).map_err(|error| error.to_string())?);
    let (cover, hash) = (cover::html(reports), seal::sha256(SCRIPT));
    let names: Vec<String> = reports.iter().map(|report| cover::escape(&report.name())).collect();
    let title = names.join(", ");
    Ok(filled(PAGE, |name| match name {
        "title" => &title,
        "script-hash" => &hash,
        "style" => STYLE,
        "cover" => &cover,
        "data" => &data,
        "script" => SCRIPT,
        _ => "",
    }))
}

/// A page with its parts. Each is put in once, so that no text in it is taken for a place to fill.
pub(crate) fn filled<'a>(page: &str, part: impl Fn(&str) -> &'a str) -> String {
    let mut filled = String::new();
    for piece in page.split("{{") {
        match piece.split_once("}}") {
            None => filled.push_str(piece),
            Some((name, rest)) => {
                filled.push_str(part(name));
                filled.push_str(rest);
            }
        }
    }
    filled
}

/// JSON that cannot end the element it stands in, nor open a comment there.
pub(crate) fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
