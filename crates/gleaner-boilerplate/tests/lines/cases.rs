//! Texts with what should come out and why, as files under `cases/`: what the rules say by themselves, without the model.
//!
//! A file holds cases separated by lines `=== NAME`, optionally followed by `[conservative]`. Each line of a case
//! starts with what becomes of it: `  ` it stays, `- RULE: ` it goes for that reason, `~ RULE: ` it is repaired by that
//! rule, and the next line, `= `, says how it comes out. A bare `.` is a blank line, `. RULE` one that goes. `\u{200b}`
//! stands for the character of that number, so that a reader sees what is invisible.

use gleaner_boilerplate::lines::{Action, Cleaning, LineCleaner, LineOptions};

const FILES: [(&str, &str); 6] = [
    ("markup", include_str!("cases/markup.txt")),
    ("encoding", include_str!("cases/encoding.txt")),
    ("tails", include_str!("cases/tails.txt")),
    ("repeats", include_str!("cases/repeats.txt")),
    ("languages", include_str!("cases/languages.txt")),
    ("kept", include_str!("cases/kept.txt")),
];

#[derive(Default)]
struct Case {
    name: String,
    conservative: bool,
    input: String,
    output: String,
    /// Rule of every line of the input that changes, by the byte where the line starts.
    reasons: Vec<(usize, Action, String)>,
}

#[test]
fn every_case() {
    for (file, text) in FILES {
        let cases = parse(text);
        assert!(cases.len() > 1, "{file} has no cases");
        for case in cases {
            check(file, &case);
        }
    }
}

fn check(file: &str, case: &Case) {
    let mut options = LineOptions::default();
    options.disable.push("line-model".to_owned());
    if case.conservative {
        options.cleaning = Cleaning::Conservative;
    }
    let clean = LineCleaner::new(&options).unwrap().clean(&case.input, &[]);
    let name = format!("{file}: {}", case.name);
    assert_eq!(clean.text, case.output, "{name}\n{:#?}", clean.spans);
    assert_eq!(clean.rebuild(&case.input), clean.text, "{name}");
    for (start, action, reason) in &case.reasons {
        let end = case.input[*start..].find('\n').map_or(case.input.len(), |n| start + n + 1);
        let found: Vec<_> = clean
            .spans
            .iter()
            .filter(|span| span.action == *action && span.range.start < end && span.range.end > *start)
            .map(|span| span.reason)
            .collect();
        assert!(
            found.contains(&reason.as_str()),
            "{name}: {:?} is {found:?}, not {reason}",
            &case.input[*start..end]
        );
    }
}

fn unescape(line: &str) -> String {
    let mut parts = line.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines().map(unescape) {
        let line = line.as_str();
        if let Some(name) = line.strip_prefix("=== ") {
            let conservative = name.ends_with("[conservative]");
            cases.push(Case { name: name.to_owned(), conservative, ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        let start = case.input.len();
        let ruled = |rest: &str| {
            let (rule, words) = rest.split_once(": ").unwrap_or((rest.trim_end_matches(':'), ""));
            (rule.to_owned(), words.to_owned())
        };
        match line.split_at_checked(2) {
            Some(("  ", words)) => {
                case.input += &format!("{words}\n");
                case.output += &format!("{words}\n");
            }
            Some(("- ", rest)) => {
                let (rule, words) = ruled(rest);
                case.input += &format!("{words}\n");
                case.reasons.push((start, Action::Removed, rule));
            }
            Some(("~ ", rest)) => {
                let (rule, words) = ruled(rest);
                case.input += &format!("{words}\n");
                case.reasons.push((start, Action::Repaired, rule));
            }
            Some(("= ", words)) => case.output += &format!("{words}\n"),
            Some((". ", rule)) => {
                case.input += "\n";
                case.reasons.push((start, Action::Removed, rule.to_owned()));
            }
            None if line == "." => {
                case.input += "\n";
                case.output += "\n";
            }
            _ => assert!(line.is_empty(), "a line of a case that starts with no sign: {line:?}"),
        }
    }
    cases
}
