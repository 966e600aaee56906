//! Fields that are none of ours, gathered as the text of one JSON object.

use crate::write::json::push_string;

/// Builds the object member by member, in the order they come.
#[derive(Debug, Default)]
pub(super) struct Metadata(Vec<u8>);

impl Metadata {
    /// Begins a member; its value is to be appended to what is returned.
    pub(super) fn member(&mut self, name: &str) -> &mut Vec<u8> {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        push_string(name, &mut self.0);
        self.0.push(b':');
        &mut self.0
    }

    /// A member whose value is already JSON.
    pub(super) fn raw(&mut self, name: &str, json: Option<&str>) {
        if let Some(json) = json {
            self.member(name).extend_from_slice(json.as_bytes());
        }
    }

    /// A member that is a string.
    pub(super) fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            push_string(value, self.member(name));
        }
    }

    /// The object; `None` without members.
    pub(super) fn finish(mut self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        self.0.push(b'}');
        // What is appended comes from strings and from writers of JSON.
        Some(
            String::from_utf8(self.0)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        )
    }
}
