//! An answer and its picture as one body, the way browsers send a form with a file.

use crate::discord::protocol::encode::DIAGRAM_FILE_NAME;

/// What stands between the parts. In JSON no line begins with it, since JSON has no raw line breaks in a text; and the pictures
/// are the bot's own.
const BOUNDARY: &str = "rolecall-between-the-parts";

/// The type of such a body.
pub fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// The body: what is said, as JSON, and the picture that it speaks of, as PNG.
pub fn body(json: &[u8], png: &[u8]) -> Vec<u8> {
    let said = "Content-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json";
    let shown = format!(
        "Content-Disposition: form-data; name=\"files[0]\"; filename=\"{DIAGRAM_FILE_NAME}\"\r\nContent-Type: image/png"
    );
    let mut body = Vec::with_capacity(json.len() + png.len() + 512);
    for (head, content) in [(said, json), (shown.as_str(), png)] {
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
