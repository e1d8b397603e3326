//! Books by the short way.
//!
//! Programs that poll ask for books before all else. The router tries patterns until one fits, cuts the path into
//! parameters and boxes what the handler promises, which is a tenth of what an answer of 2 kB costs. Here a request for
//! a book as it is now, in JSON, is known by its path alone and answered at once, by the handler's own functions; every
//! other goes on to the router, and so does whatever would be refused. All that stands around the routes stands around this.

use std::future::{Ready, ready};

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpResponse, web};
use futures_util::future::Either;

use super::traffic::RouteNo;
use super::{BOOK_ROUTE, Shared, book};

/// Around the router.
pub struct Express {
    shared: web::Data<Shared>,
    route: RouteNo,
}

impl Express {
    pub fn new(shared: web::Data<Shared>) -> Self {
        Self { shared, route: RouteNo::of(BOOK_ROUTE) }
    }
}

impl<S> Transform<S, ServiceRequest> for Express
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type InitError = ();
    type Transform = Expressed<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Expressed { shared: self.shared.clone(), route: self.route, service }))
    }
}

pub struct Expressed<S> {
    shared: web::Data<Shared>,
    route: RouteNo,
    service: S,
}

impl<S> Service<ServiceRequest> for Expressed<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Either<Ready<Result<ServiceResponse, actix_web::Error>>, S::Future>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        match self.answer(&request) {
            Some(response) => {
                request.extensions_mut().insert(self.route);
                Either::Left(ready(Ok(request.into_response(response))))
            }
            None => Either::Right(self.service.call(request)),
        }
    }
}

impl<S> Expressed<S> {
    fn answer(&self, request: &ServiceRequest) -> Option<HttpResponse> {
        let market = (request.method() == Method::GET).then(|| market_of(request.path()))??;
        book::answer_at_once(&self.shared, request.request(), market)
    }
}

/// The market whose book a path names. One that has to be decoded first is left to the router.
fn market_of(path: &str) -> Option<&str> {
    let market = path.strip_prefix("/api/v1/markets/")?.strip_suffix("/book")?;
    let is_plain = !market.bytes().any(|byte| matches!(byte, b'/' | b'%'));
    (is_plain && !market.is_empty()).then_some(market)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_are_told_from_other_paths() {
        assert_eq!(market_of("/api/v1/markets/binance:BTC-USDT/book"), Some("binance:BTC-USDT"));
        for path in [
            "/api/v1/markets/binance%3ABTC-USDT/book",
            "/api/v1/markets/binance:BTC-USDT/books",
            "/api/v1/markets/binance:BTC-USDT/book/",
            "/api/v1/markets/a/b/book",
            "/api/v1/markets//book",
            "/api/v1/markets/book",
            "/api/v2/markets/a/book",
            "",
        ] {
            assert_eq!(market_of(path), None, "{path}");
        }
    }
}
