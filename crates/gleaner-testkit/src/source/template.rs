//! Page templates: `{{name}}` is filled, `{{#list}}...{{/list}}` is repeated, and nothing else.

use std::collections::BTreeMap;

use super::SourceError;

/// Values by name, already escaped.
pub(crate) type Values = BTreeMap<&'static str, String>;

/// What a template is filled with.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) values: Values,
    pub(crate) lists: BTreeMap<&'static str, Vec<Values>>,
}

/// A parsed template.
#[derive(Debug)]
pub(crate) struct Template {
    file: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Piece(Piece),
    Loop { list: String, pieces: Vec<Piece> },
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Value(String),
}

impl Template {
    /// Reads a template; lists do not nest.
    pub(crate) fn parse(file: &str, source: &str) -> Result<Template, SourceError> {
        let mut parts = Vec::new();
        let mut open: Option<(String, Vec<Piece>)> = None;
        let mut rest = source;
        while let Some((text, tail)) = rest.split_once("{{") {
            let (name, tail) =
                tail.split_once("}}").ok_or_else(|| SourceError::new(file, "`{{` without `}}`"))?;
            rest = tail;
            push(&mut parts, &mut open, Piece::Text(text.to_owned()));
            if let Some(list) = name.strip_prefix('#') {
                open = Some((list.to_owned(), Vec::new()));
            } else if name.starts_with('/') {
                let (list, pieces) =
                    open.take().ok_or_else(|| SourceError::new(file, "a list closed twice"))?;
                parts.push(Part::Loop { list, pieces });
            } else {
                push(&mut parts, &mut open, Piece::Value(name.to_owned()));
            }
        }
        if open.is_some() {
            return Err(SourceError::new(file, "a list is not closed"));
        }
        parts.push(Part::Piece(Piece::Text(rest.to_owned())));
        Ok(Template { file: file.to_owned(), parts })
    }

    /// Fills it; a name without a value is an error.
    pub(crate) fn fill(&self, slots: &Slots) -> Result<String, SourceError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Piece(piece) => self.put(&mut out, piece, &slots.values)?,
                Part::Loop { list, pieces } => {
                    let items = slots.lists.get(list.as_str());
                    for item in
                        items.ok_or_else(|| SourceError::new(&self.file, format!("no list {list}")))?
                    {
                        for piece in pieces {
                            self.put(&mut out, piece, item)?;
                        }
                    }
                }
            }
        }
        Ok(out)
    }

    fn put(&self, out: &mut String, piece: &Piece, values: &Values) -> Result<(), SourceError> {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Value(name) => {
                let value = values.get(name.as_str());
                out.push_str(value.ok_or_else(|| SourceError::new(&self.file, format!("no value {name}")))?);
            }
        }
        Ok(())
    }
}

fn push(parts: &mut Vec<Part>, open: &mut Option<(String, Vec<Piece>)>, piece: Piece) {
    match open {
        Some((_, pieces)) => pieces.push(piece),
        None => parts.push(Part::Piece(piece)),
    }
}

/// Text for use in HTML, inside and outside of attributes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_lists_are_filled_and_mistakes_named() {
        let mut slots = Slots::default();
        slots.values.insert("a", "1".to_owned());
        slots
            .lists
            .insert("l", vec![Values::from([("b", "2".to_owned())]), Values::from([("b", "3".to_owned())])]);
        let fill = |source: &str| Template::parse("t", source).and_then(|t| t.fill(&slots));
        assert_eq!(fill("x{{a}}y{{#l}}[{{b}}]{{/l}}z").unwrap(), "x1y[2][3]z");
        assert!(
            fill("{{c}}").is_err()
                && fill("{{#l}}").is_err()
                && fill("{{/l}}").is_err()
                && fill("{{").is_err()
        );
    }
}
