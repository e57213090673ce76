//! The matrix for a browser: one page with everything in it, which opens from disk and asks no
//! network. It shares style, drawing of octets and rules with the page of reports
//! (`conformance/src/report/html/mod.rs`): what a peer says becomes escaped text, or data from
//! which the script makes text nodes.

mod data;

use std::fmt::Write;

use data::{Page, Telling};

use super::human;
use super::report::Matrix;
use crate::report::html::cover::escape;
use crate::report::html::{BASE, DIALOGUE, STYLE, filled, inert, seal};

const PAGE: &str = include_str!("page.html");
const OWN_STYLE: &str = include_str!("pairs.css");
const PAIRS: &str = include_str!("pairs.js");
const START: &str = include_str!("start.js");

/// Octets of the page; evidence is left out until it fits.
const MOST: usize = 1_900_000;

/// The page.
///
/// # Errors
/// Only if the matrix cannot be written as JSON.
pub fn page(matrix: &Matrix) -> Result<String, String> {
    let script = format!("\"use strict\";\n(() => {{\n{BASE}{DIALOGUE}{PAIRS}{START}}})();\n");
    let hash = seal::sha256(&script);
    let style = format!("{STYLE}{OWN_STYLE}");
    let cover = cover(matrix);
    let title = format!("{} peers", matrix.peers.len());
    let mut page = String::new();
    for telling in Telling::LESS_AND_LESS {
        let data = serde_json::to_string(&Page::new(matrix, telling));
        let data = inert(&data.map_err(|error| error.to_string())?);
        page = filled(PAGE, |name| match name {
            "title" => &title,
            "script-hash" => &hash,
            "style" => &style,
            "cover" => &cover,
            "data" => &data,
            "script" => &script,
            _ => "",
        });
        if page.len() <= MOST {
            break;
        }
    }
    Ok(page)
}

/// The grid without a script: who binds, by who connects.
fn cover(matrix: &Matrix) -> String {
    let mut rows = String::from("<thead><tr><th scope=\"col\">binds \\ connects</th>");
    for peer in &matrix.peers {
        let _ = write!(rows, "<th scope=\"col\">{}</th>", escape(&peer.name));
    }
    rows.push_str("</tr></thead><tbody>");
    for binder in &matrix.peers {
        let _ = write!(rows, "<tr><th scope=\"row\">{}</th>", escape(&binder.name));
        for connector in &matrix.peers {
            let sign = human::sign(matrix, &binder.name, &connector.name);
            let _ = write!(rows, "<td>{}</td>", escape(&sign));
        }
        rows.push_str("</tr>");
    }
    format!(
        "<p>{}</p><div id=\"plain\" class=\"scroll\"><table><caption>✓ ok, ~ known, \
         ✗ unexpected, · not run, – nothing in common; with the number of cells</caption>{rows}\
         </tbody></table></div>",
        escape(&human::totals(matrix))
    )
}
