//! The page at `/`, built into the binary.

use actix_web::HttpResponse;
use actix_web::http::header;

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

fn file(content_type: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text)
}

pub async fn get_index() -> HttpResponse {
    file("text/html; charset=utf-8", include_str!("../../web/index.html"))
}

pub async fn get_script() -> HttpResponse {
    file("text/javascript; charset=utf-8", include_str!("../../web/app.js"))
}

pub async fn get_style() -> HttpResponse {
    file("text/css; charset=utf-8", include_str!("../../web/style.css"))
}
