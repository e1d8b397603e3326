//! The ceiling that loadtest/rest.sh compares with: a prebuilt answer of a book's size, from actix alone.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, web};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As marketd's book of 36 levels a side in its envelope.
const LENGTH: usize = 2_031;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let body = Bytes::from(vec![b' '; LENGTH]);
    let answer = move |body: web::Data<Bytes>| {
        let body = body.get_ref().clone();
        let header = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        async move { HttpResponse::Ok().insert_header(header).body(body) }
    };
    HttpServer::new(move || {
        App::new().app_data(web::Data::new(body.clone())).default_service(web::to(answer))
    })
    .workers(1)
    .bind(address)?
    .run()
    .await
}
