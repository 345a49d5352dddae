//! A message and its image as a `multipart/form-data` body.

use crate::discord::protocol::encode::DIAGRAM_FILE_NAME;

/// The boundary. It cannot occur in the parts: JSON has no raw line breaks within strings, and the bot renders the images itself.
const BOUNDARY: &str = "rolecall-between-the-parts";

/// The value of the `Content-Type` header.
pub(crate) fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// The body: the message as JSON, and the image that it refers to as PNG.
pub(crate) fn body(json: &[u8], png: &[u8]) -> Vec<u8> {
    let json_headers = "Content-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json";
    let png_headers = format!(
        "Content-Disposition: form-data; name=\"files[0]\"; filename=\"{DIAGRAM_FILE_NAME}\"\r\nContent-Type: image/png"
    );
    let mut body = Vec::with_capacity(json.len() + png.len() + 512);
    for (headers, content) in [(json_headers, json), (png_headers.as_str(), png)] {
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{headers}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
