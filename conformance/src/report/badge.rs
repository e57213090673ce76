//! The score as the JSON of a shields.io endpoint badge.

use serde_json::json;

use super::json::Report;
use crate::verdict::Level;

/// The JSON text: who, on which terms, how many promises are kept.
pub fn report(report: &Report) -> String {
    let (must, should) = (report.score(Level::Must), report.score(Level::Should));
    let color = match (must.judged > 0, must.kept == must.judged, should.kept == should.judged) {
        _ if !report.complete => "lightgrey",
        (false, _, _) => "lightgrey",
        (true, false, _) => "red",
        (true, true, false) => "yellowgreen",
        (true, true, true) => "brightgreen",
    };
    let profile = serde_json::to_value(report.profile).unwrap_or_default();
    let profile = profile.as_str().unwrap_or_default();
    let badge = json!({
        "schemaVersion": 1,
        "label": format!("zeroproof {} {profile}", report.suite_version),
        "message": format!("{}: MUST {must}, SHOULD {should}", report.name()),
        "color": color,
    });
    badge.to_string() + "\n"
}
