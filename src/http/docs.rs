//! The page at `/docs`: Swagger UI over `/openapi.json`, all of it built into the binary.

mod archive;

use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::read::GzDecoder;
use marketd_protocol::code::ErrorCode;

use super::compress::takes_gzip;
use super::reply::CallInfo;

/// Nothing from elsewhere and no script inline. Swagger UI sets styles on its elements.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const INDEX: &str = include_str!("docs/index.html");
const START: &str = include_str!("docs/start.js");
const STYLE: &str = include_str!("docs/style.css");
const PROTOCOL: &str = include_str!("../../docs/ws-protocol.md");
const REST: &str = include_str!("../../docs/rest.md");

/// What is taken from Swagger UI's release, with its media type.
const ASSETS: [(&str, &str); 3] = [
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("favicon-32x32.png", "image/png"),
];

/// The assets, compressed as they are in the release.
static COMPRESSED: LazyLock<HashMap<&str, Bytes>> = LazyLock::new(|| {
    let release = utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
    (ASSETS.iter())
        .filter_map(|(name, _)| {
            archive::as_gzip(release, &format!("/dist/{name}")).map(|bytes| (*name, bytes))
        })
        .map(|(name, bytes)| (name, bytes.into()))
        .collect()
});

pub async fn get_index(call: CallInfo) -> HttpResponse {
    call.marked(text("text/html; charset=utf-8", INDEX))
}

pub async fn get_file(call: CallInfo, request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    let response = match file.as_str() {
        "start.js" => text("text/javascript; charset=utf-8", START),
        "style.css" => text("text/css; charset=utf-8", STYLE),
        // As text: browsers show it, while they would save markdown.
        "ws-protocol.md" => text("text/plain; charset=utf-8", PROTOCOL),
        "rest.md" => text("text/plain; charset=utf-8", REST),
        name => asset(&request, name)
            .unwrap_or_else(|| call.refuse(ErrorCode::NOT_FOUND, &format!("there is no {}", request.path()))),
    };
    call.marked(response)
}

fn text(content_type: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(text)
}

fn asset(request: &HttpRequest, name: &str) -> Option<HttpResponse> {
    let (name, content_type) = ASSETS.into_iter().find(|(held, _)| *held == name)?;
    let compressed = COMPRESSED.get(name)?.clone();
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if takes_gzip(request.headers()) {
        return Some(answer.insert_header((header::CONTENT_ENCODING, "gzip")).body(compressed));
    }
    let mut plain = Vec::new();
    GzDecoder::new(&compressed[..]).read_to_end(&mut plain).ok()?;
    Some(answer.body(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_in_the_release() {
        for (name, _) in ASSETS {
            let mut plain = Vec::new();
            GzDecoder::new(&COMPRESSED[name][..]).read_to_end(&mut plain).expect("whole, by its checksum");
            assert!(plain.len() > 500, "{name}");
        }
    }
}
