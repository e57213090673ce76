//! What a reader of an expectation file should mend: reasons that nobody wrote, entries that say
//! the same twice, reviews that are due. Deliberately absent: what makes a file unreadable, which
//! [`Expectations::parse`] refuses, and whether entries still come, which only a run can tell.

use super::{Expectations, UNWRITTEN};

/// Something to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What, with the entry.
    pub what: String,
    /// Whether the file should not stay so; otherwise it is a reminder.
    pub serious: bool,
}

/// What there is to mend; `today` is a date as `2026-11-24`.
pub fn remarks(known: &Expectations, today: &str) -> Vec<Remark> {
    let mut all = Vec::new();
    let mut remark = |what: String, serious| all.push(Remark { what, serious });
    let entries = known.expect.iter().map(|entry| (&entry.case, &entry.why, &entry.review));
    let skips = known.skip.iter().map(|skip| (&skip.case, &skip.why, &skip.review));
    for (case, why, review) in entries.chain(skips) {
        if is_unwritten(why) {
            remark(format!("{case}: why is not written: say what the peer does"), true);
        }
        if let Some(date) = review.as_ref().filter(|date| date.as_str() < today) {
            remark(
                format!("{case}: its review was due on {date}: look again, set a new date"),
                false,
            );
        }
    }
    for (at, entry) in known.expect.iter().enumerate() {
        let same = known.expect.iter().take(at).any(|earlier| {
            earlier.case == entry.case
                && earlier.verdict == entry.verdict
                && earlier.signature == entry.signature
                && earlier.when == entry.when
        });
        if same {
            let (case, signature) = (&entry.case, &entry.signature);
            remark(format!("{case}: two entries say [{signature}]: remove one"), true);
        }
    }
    all
}

/// Whether a reason is the one that stands where nobody has written one.
fn is_unwritten(why: &str) -> bool {
    let why = why.trim();
    why.is_empty() || why == UNWRITTEN
}

/// Whether a text is a date as `2026-11-24`.
pub(super) fn is_date(text: &str) -> bool {
    let numbers: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
    let good = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
    text.len() == 10 && matches!(numbers[..], [Some(_), Some(month), Some(day)] if good(month, day))
}

#[cfg(test)]
mod tests {
    use super::{is_date, remarks};
    use crate::expect::{Expectations, UNWRITTEN};

    fn entry(why: &str, more: &str) -> String {
        format!(
            "[[expect]]\ncase = '37/greeting/signature'\nverdict = 'fail'\nsignature = 'odd'\n\
             why = '{why}'\n{more}\n"
        )
    }

    #[test]
    fn what_is_to_mend_is_told_and_what_is_well_is_not() {
        let good = entry("it does", "review = '2026-11-24'");
        let twice = good.clone() + &entry("it does too", "");
        let elsewhere = good.clone() + &entry("it does too", "when = 'type = SUB'");
        let skip = "[[skip]]\ncase = '37/framing/*'\nwhy = ' '\n".to_owned();
        for (text, says, serious) in [
            (good.clone(), None, false),
            (elsewhere, None, false),
            (good.replace("11-24", "11-23"), Some("due on 2026-11-23"), false),
            (entry(UNWRITTEN, ""), Some("not written"), true),
            (entry("", ""), Some("not written"), true),
            (twice, Some("two entries"), true),
            (skip, Some("37/framing/*: why is not written"), true),
        ] {
            let found = remarks(&Expectations::parse(&text).unwrap(), "2026-11-24");
            let told = found.first().map(|remark| (remark.what.as_str(), remark.serious));
            match says {
                None => assert_eq!(told, None),
                Some(says) => {
                    let (what, is_serious) = told.unwrap();
                    assert!(what.contains(says) && is_serious == serious, "{what}");
                }
            }
        }
    }

    #[test]
    fn dates_are_of_one_form() {
        for (text, good) in [
            ("2026-11-24", true),
            ("2026-13-01", false),
            ("24.11.2026", false),
            ("2026-11-4x", false),
            ("soon", false),
        ] {
            assert_eq!(is_date(text), good, "{text}");
        }
    }
}
