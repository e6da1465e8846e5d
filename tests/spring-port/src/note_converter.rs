//! A content type of the application's own.

use serde_json::json;
use stomp_server::{BoxError, MessageConverter, erased_serde};

/// `ann;hi;3`
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoteConverter;

impl MessageConverter for NoteConverter {
    fn media_types(&self) -> &[&'static str] {
        &["application/x-note"]
    }

    fn read(
        &self,
        body: &[u8],
        read: &mut dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error>,
    ) -> Result<(), BoxError> {
        let mut parts = std::str::from_utf8(body)?.split(';');
        let mut part = || parts.next().ok_or("a note has three parts");
        let note = json!({"sender": part()?, "text": part()?, "count": part()?.parse::<i32>()?});
        Ok(read(&mut <dyn erased_serde::Deserializer<'_>>::erase(note))?)
    }

    fn write(&self, value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, BoxError> {
        let note = serde_json::to_value(value)?;
        let text = |name| note[name].as_str().ok_or("not a note");
        Ok(format!("{};{};{}", text("sender")?, text("text")?, note["count"]).into_bytes())
    }
}
