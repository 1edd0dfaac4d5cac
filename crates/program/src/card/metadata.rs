//! The JSON metadata of a card.

use super::{Card, CardError};
use serde_json::{Map, Value};

/// Metadata that was read; fields that are not listed are ignored.
pub(super) struct Metadata {
    pub(super) id: String,
    pub(super) payload_size: u64,
    pub(super) original_size: Option<u64>,
    pub(super) ext: Option<Value>,
}

impl Metadata {
    pub(super) fn read(json: &[u8]) -> Result<Metadata, CardError> {
        let mut fields: Map<String, Value> =
            serde_json::from_slice(json).map_err(|error| CardError::Metadata(error.to_string()))?;
        let id = match fields.remove("id") {
            Some(Value::String(id)) => id,
            _ => return Err(CardError::Metadata("it has no text called id".to_owned())),
        };
        let payload_size = fields.get("payload_size").and_then(Value::as_u64);
        let payload_size = payload_size
            .ok_or_else(|| CardError::Metadata("it has no number called payload_size".to_owned()))?;
        let original_size = match fields.get("original_size") {
            None | Some(Value::Null) => None,
            Some(size) => Some(
                size.as_u64()
                    .ok_or_else(|| CardError::Metadata("original_size is not a whole number".to_owned()))?,
            ),
        };
        let ext = fields.remove("ext").filter(|ext| !ext.is_null());
        Ok(Metadata { id, payload_size, original_size, ext })
    }
}

/// The JSON of a card's metadata: compact and in this order of the fields, because readers of Ternsig 1.x compute the CRC
/// over what they would have written.
pub(super) fn write(card: &Card) -> String {
    let mut json =
        format!("{{\"id\":{},\"payload_size\":{}", Value::from(card.id.as_str()), card.payload.len());
    if let Some(size) = card.original_size {
        json.push_str(&format!(",\"original_size\":{size}"));
    }
    if let Some(ext) = card.ext.as_ref().filter(|ext| !ext.is_null()) {
        json.push_str(&format!(",\"ext\":{ext}"));
    }
    json.push('}');
    json
}
