//! How deep the schema in a Parquet footer nests, found without recursion.
//!
//! The decoder builds the schema by recursion, and a footer of a megabyte can nest deep enough to end the process.
//! So its list of schema elements is walked first. Only what is needed of Thrift's compact protocol is read; see the
//! specifications of Apache Thrift (`thrift-compact-protocol.md`) and of `FileMetaData` in `parquet.thrift`.

/// Levels beyond which a schema is refused. The deepest types in use need a few dozen.
pub(super) const MAX_DEPTH: usize = 128;

/// Whether the schema nests deeper than [`MAX_DEPTH`]. A footer that cannot be followed is not: the decoder will say
/// what is wrong with it. Linear in the length of the footer.
pub(super) fn nests_too_deep(footer: &[u8]) -> bool {
    walk(footer).unwrap_or(false)
}

/// Types of the compact protocol.
const STRUCT: u8 = 12;
const LIST: u8 = 9;
const I32: u8 = 5;
/// Fields of `FileMetaData` and `SchemaElement`.
const SCHEMA: i64 = 2;
const NUM_CHILDREN: i64 = 5;

fn walk(footer: &[u8]) -> Option<bool> {
    let mut bytes = Bytes(footer);
    let mut field = 0;
    loop {
        let kind = bytes.field(&mut field)?;
        if field == SCHEMA && kind == LIST {
            return elements(&mut bytes);
        }
        bytes.skip(kind)?;
    }
}

/// The elements stand in depth-first order, each with the number of its children.
fn elements(bytes: &mut Bytes<'_>) -> Option<bool> {
    let (count, kind) = bytes.list()?;
    if kind != STRUCT {
        return None;
    }
    // For each open element, its children that are still to come.
    let mut open: Vec<i64> = Vec::new();
    for _ in 0..count {
        let children = children(bytes)?;
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > MAX_DEPTH {
            return Some(true);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    Some(false)
}

/// Reads an element and gives its number of children.
fn children(bytes: &mut Bytes<'_>) -> Option<i64> {
    let (mut field, mut children) = (0, 0);
    loop {
        match bytes.field(&mut field)? {
            0 => return Some(children),
            I32 if field == NUM_CHILDREN => children = bytes.zigzag()?,
            kind => bytes.skip(kind)?,
        }
    }
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn drop(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The type of the next field, 0 at the end of the struct; its number goes to `field`.
    fn field(&mut self, field: &mut i64) -> Option<u8> {
        let header = self.byte()?;
        match header >> 4 {
            0 if header & 0xf == 0 => {}
            0 => *field = self.zigzag()?,
            delta => *field = field.checked_add(i64::from(delta))?,
        }
        Some(header & 0xf)
    }

    /// Number and type of a list's values.
    fn list(&mut self) -> Option<(u64, u8)> {
        let header = self.byte()?;
        let count = if header >> 4 == 15 { self.varint()? } else { u64::from(header >> 4) };
        Some((count, header & 0xf))
    }

    /// Passes over a value. What is open is on a stack of its own, which grows with the bytes read.
    fn skip(&mut self, kind: u8) -> Option<()> {
        // Values of a type still to pass over; of a struct, fields until its end.
        let mut open = vec![(1, kind)];
        while let Some((left, kind)) = open.pop() {
            if left == 0 {
                continue;
            }
            if kind == STRUCT {
                let field = self.field(&mut 0)?;
                if field == 0 {
                    open.push((left - 1, kind));
                } else {
                    open.push((left, kind));
                    if !is_bool(field) {
                        open.push((1, field));
                    }
                }
                continue;
            }
            open.push((left - 1, kind));
            self.skip_one(kind, &mut open)?;
        }
        Some(())
    }

    fn skip_one(&mut self, kind: u8, open: &mut Vec<(u64, u8)>) -> Option<()> {
        match kind {
            // A byte, and a boolean as the value of a list.
            1..=3 => self.drop(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.drop(8),
            8 => {
                let length = self.varint()?;
                self.drop(length)
            }
            LIST | 10 => {
                open.push(self.list()?);
                Some(())
            }
            // Neither maps nor anything else stands in a footer.
            _ => None,
        }
    }
}

/// As a field, a boolean is its type.
fn is_bool(kind: u8) -> bool {
    matches!(kind, 1 | 2)
}
