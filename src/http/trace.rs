//! What a request is called, and its trace: from its headers into the context that its work is done in.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use marketd_actors::traces::{Context, OpenSpan, Parent, SpanKind, TraceId, TraceNo, Traces, current_id};

pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");
/// W3C Trace Context.
const PARENT_HEADER: HeaderName = HeaderName::from_static("traceparent");

/// The id of the request that is being answered.
pub fn id_of(request: &HttpRequest) -> TraceId {
    // All requests are answered inside of a context; what is not is called something all the same.
    current_id().or_else(|| given(request)).unwrap_or_else(|| TraceId::of(TraceNo::fresh().0))
}

fn given(request: &HttpRequest) -> Option<TraceId> {
    request.headers().get(TRACE_HEADER).and_then(|given| TraceId::plain(given.as_bytes()))
}

/// The context of a request, and the span of all of it if it is traced.
pub fn begin(traces: &Traces, request: &HttpRequest) -> (Option<Context>, Option<OpenSpan>) {
    let mut parents = request.headers().get_all(PARENT_HEADER);
    let parent = match (parents.next(), parents.next()) {
        (Some(parent), None) => Parent::parse(parent.as_bytes()),
        // Of several none can be told to be the right one.
        _ => None,
    };
    let mut context = traces.request(given(request), parent);
    let span = context.hop.take().and_then(|hop| {
        let span = hop.begin(request.method().as_str().to_owned())?.of_kind(SpanKind::Server);
        let span = span.with("http.request.method", request.method().as_str().to_owned());
        // A name of the sender's own that is no number: so that the trace is found by it.
        let has_own = context.id.number() != Some(hop.trace_no());
        Some(if has_own { span.with("marketd.trace_id", context.id.as_str().to_owned()) } else { span })
    });
    context.hop = span.as_ref().map(OpenSpan::hop);
    (Some(context), span)
}

/// Ends the span of a request that is answered.
pub fn finish(span: OpenSpan, route: &str, status: StatusCode) {
    let mut span = span
        .with("http.route", route.to_owned())
        .with("http.response.status_code", u64::from(status.as_u16()));
    if status.is_server_error() {
        span.failed();
    }
    span.rename(route);
}
