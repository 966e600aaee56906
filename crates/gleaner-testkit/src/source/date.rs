//! Calendar dates and the ways sites write them.

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    pub(crate) year: u32,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

impl Date {
    /// Reads `2024-03-12`.
    pub(crate) fn parse(text: &str) -> Option<Date> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Date { year, month, day })
    }

    /// Writes `2024-03-12`.
    pub(crate) fn iso(self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The same day of the next month, as far as every month has it.
    pub(crate) fn next_month(self) -> Date {
        let (year, month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        Date { year, month, day: self.day.min(28) }
    }

    /// Fills `{d}`, `{dd}`, `{m}`, `{mm}`, `{month}`, `{y}` and `{by}` (the Thai year) of a pattern.
    pub(crate) fn format(self, pattern: &str, months: &[String]) -> String {
        let name = months.get(self.month as usize - 1).map_or("", String::as_str);
        pattern
            .replace("{dd}", &format!("{:02}", self.day))
            .replace("{d}", &self.day.to_string())
            .replace("{mm}", &format!("{:02}", self.month))
            .replace("{month}", name)
            .replace("{m}", &self.month.to_string())
            .replace("{by}", &(self.year + 543).to_string())
            .replace("{y}", &self.year.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written() {
        let date = Date::parse("2024-12-31").unwrap();
        assert_eq!(date.format("{dd}/{mm}/{y}, {by}", &[]), "31/12/2024, 2567");
        assert_eq!(date.next_month().iso(), "2025-01-28");
        assert_eq!(Date::parse("2024-13-01"), None);
        assert_eq!(Date::parse("today"), None);
    }
}
