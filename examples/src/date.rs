//! Dates as header fields have them (RFC 5322 §3.3).

use core::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A moment, printed as a `date-time` in universal time: `Thu, 01 Jan 1970 00:00:00 +0000`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DateTime {
    seconds: u64,
}

impl DateTime {
    /// The moment `seconds` after the beginning of 1970.
    pub fn from_unix(seconds: u64) -> Self {
        Self { seconds }
    }

    /// This moment.
    pub fn now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::from_unix(now.unwrap_or_default().as_secs())
    }

    /// The day in universal time, in digits: `19700101`.
    pub fn digits(self) -> String {
        let (year, month, day) = civil(self.seconds / DAY);
        format!("{year:04}{:02}{day:02}", month + 1)
    }

    /// The day in universal time: `1970-01-01`.
    pub fn day(self) -> String {
        let (year, month, day) = civil(self.seconds / DAY);
        format!("{year:04}-{:02}-{day:02}", month + 1)
    }

    /// Seconds since the beginning of 1970.
    pub fn to_unix(self) -> u64 {
        self.seconds
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.seconds / DAY;
        let (year, month, day) = civil(days);
        // 1970 began on a Thursday.
        let weekday = WEEKDAYS[(days % 7) as usize];
        let second = self.seconds % DAY;
        write!(
            f,
            "{weekday}, {day:02} {} {year} {:02}:{:02}:{:02} +0000",
            MONTHS[month],
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

/// Year, month (from 0) and day (from 1) of the Gregorian calendar, from days since 1970.
fn civil(days: u64) -> (u64, usize, u64) {
    let mut days = days;
    let mut year = 1970;
    // Whole cycles of 400 years at once, so that the loop below is short for any input.
    year += 400 * (days / CYCLE);
    days %= CYCLE;
    while days >= year_length(year) {
        days -= year_length(year);
        year += 1;
    }
    let mut month = 0;
    while days >= month_length(year, month) {
        days -= month_length(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn year_length(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn month_length(year: u64, month: usize) -> u64 {
    match month {
        1 if is_leap(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

const DAY: u64 = 24 * 60 * 60;

/// Days in 400 years.
const CYCLE: u64 = 146_097;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_234_567_890, "Fri, 13 Feb 2009 23:31:30 +0000"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 +0000"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
            (12_622_780_800, "Thu, 01 Jan 2370 00:00:00 +0000"),
        ] {
            assert_eq!(DateTime::from_unix(seconds).to_string(), text);
        }
        let leap = DateTime::from_unix(951_782_400);
        assert_eq!(
            (leap.digits(), leap.day()),
            ("20000229".into(), "2000-02-29".into())
        );
    }
}
