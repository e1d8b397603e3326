//! The page at `/`: what `web/dist` holds, built into the binary.

use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use super::compress::{GZIP, VARY, takes_gzip};
use super::reply::{self, CallInfo};

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
/// Names of files stay the same from version to version, so a browser asks each time; most often it is told that
/// nothing changed.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

/// A file in one encoding.
struct Representation {
    etag: HeaderValue,
    body: web::Bytes,
}

struct File {
    content_type: HeaderValue,
    plain: Representation,
    gzip: Representation,
}

/// Every file by its path. Compressing them takes some milliseconds, once, for the first who asks.
static FILES: LazyLock<HashMap<String, File>> = LazyLock::new(|| {
    let files = Dist::iter().filter_map(|path| {
        let file = File::new(&path, Dist::get(&path)?)?;
        Some((format!("/{path}"), file))
    });
    files.collect()
});

impl File {
    fn new(path: &str, embedded: rust_embed::EmbeddedFile) -> Option<Self> {
        let hash: String =
            embedded.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&embedded.data).ok()?;
        let gzip = encoder.finish().ok()?;
        let plain = match embedded.data {
            std::borrow::Cow::Borrowed(data) => web::Bytes::from_static(data),
            std::borrow::Cow::Owned(data) => data.into(),
        };
        let representation = |body, suffix| {
            let etag = HeaderValue::from_str(&format!("\"{hash}{suffix}\"")).ok()?;
            Some(Representation { etag, body })
        };
        Some(Self {
            content_type: content_type_of(path),
            plain: representation(plain, "")?,
            gzip: representation(gzip.into(), "-gzip")?,
        })
    }
}

fn content_type_of(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    })
}

pub async fn get_file(call: CallInfo, request: HttpRequest) -> HttpResponse {
    let path = match request.path() {
        "/" => "/index.html",
        path => path,
    };
    match FILES.get(path) {
        Some(file) => call.marked(answer(&request, file)),
        None => reply::not_found(call, request).await,
    }
}

fn answer(request: &HttpRequest, file: &File) -> HttpResponse {
    let is_gzip = takes_gzip(request.headers());
    let representation = if is_gzip { &file.gzip } else { &file.plain };
    let mut response = if holds(request, &representation.etag) {
        HttpResponse::NotModified().finish()
    } else {
        let mut response = HttpResponse::Ok().body(representation.body.clone());
        response.headers_mut().insert(header::CONTENT_TYPE, file.content_type.clone());
        if is_gzip {
            response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, representation.etag.clone());
    headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
    headers.insert(header::VARY, VARY);
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    response
}

/// Whether the client says that it holds what has this tag. A proxy may have made the tag a weak one.
fn holds(request: &HttpRequest, etag: &HeaderValue) -> bool {
    let held = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    held.flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/").as_bytes() == etag.as_bytes())
}
