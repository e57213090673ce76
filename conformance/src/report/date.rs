//! The date of a run, in UTC. Deliberately absent: time zones, leap seconds, and reading dates.

use std::time::{SystemTime, UNIX_EPOCH};

/// A moment as `2026-11-24T17:20:00Z`; empty before 1970.
pub(crate) fn rfc3339(moment: SystemTime) -> String {
    let Ok(since) = moment.duration_since(UNIX_EPOCH) else { return String::new() };
    let seconds = since.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The day of a moment, as `2026-11-24`.
pub fn day(moment: SystemTime) -> String {
    rfc3339(moment).split('T').next().unwrap_or_default().to_owned()
}

/// Year, month and day of a day since 1970, in years that begin with March, so that the day which
/// comes and goes is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month < 3), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{day, rfc3339};

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_795_541_722, "2026-11-24T17:35:22Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), date);
            assert!(date.starts_with(&day(UNIX_EPOCH + Duration::from_secs(seconds))));
        }
    }
}
