//! The formats of a list: JSON in the envelope, CSV, or one JSON object a line.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use marketd_protocol::code::ErrorCode;

use super::reply::{Query, Refusal};

/// Where a list goes on, for those formats that have no room for it.
pub const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
    Ndjson,
}

/// Rows of an answer that is no JSON document: they are written one after the other, and read so.
const ROWS_MAX: u64 = 10_000;

impl Format {
    const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Ndjson];

    /// The names in `?format=` and in `Accept`.
    const fn names(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Json => ("json", &["application/json"]),
            Self::Csv => ("csv", &["text/csv"]),
            Self::Ndjson => ("ndjson", &["application/x-ndjson", "application/ndjson", "application/jsonl"]),
        }
    }

    pub const fn content_type(self) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json"),
            Self::Csv => HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
            Self::Ndjson => HeaderValue::from_static("application/x-ndjson"),
        }
    }

    /// The largest page, where JSON takes `json` rows.
    pub fn rows_max(self, json: u64) -> u64 {
        match self {
            Self::Json => json,
            Self::Csv | Self::Ndjson => ROWS_MAX.max(json),
        }
    }

    /// Rows one after the other, behind a line of names where the format has one.
    pub fn body<T>(self, names: &str, rows: &[T], push: impl Fn(&mut Vec<u8>, &T)) -> Vec<u8> {
        let mut body = Vec::with_capacity(names.len() + rows.len() * 128);
        if self == Self::Csv {
            body.extend_from_slice(names.as_bytes());
        }
        for row in rows {
            push(&mut body, row);
            if self == Self::Ndjson {
                body.push(b'\n');
            }
        }
        body
    }

    /// What the request asks for: `?format=` goes before `Accept`, and who asks for nothing gets JSON.
    pub fn of(request: &HttpRequest, query: &Query) -> Result<Self, Refusal> {
        const SERVED: &str = "application/json, text/csv and application/x-ndjson";
        if let Some(text) = query.get("format") {
            let named = Self::ALL.into_iter().find(|format| format.names().0 == text);
            return named.ok_or_else(|| {
                (
                    ErrorCode::NOT_ACCEPTABLE,
                    format!("there is no format {text:?}; there are json, csv, ndjson"),
                )
            });
        }
        let given: Vec<&str> =
            request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).collect();
        accepted(&given).ok_or_else(|| {
            (ErrorCode::NOT_ACCEPTABLE, format!("{:?} is not served; there are {SERVED}", given.join(", ")))
        })
    }
}

/// The format that the headers like best; of equals the one that is named, then JSON.
fn accepted(given: &[&str]) -> Option<Format> {
    let ranges: Vec<(&str, f32)> =
        given.iter().flat_map(|value| value.split(',')).filter_map(media_range).collect();
    if ranges.is_empty() {
        return Some(Format::Json);
    }
    let mut best: Option<(Format, (f32, u8))> = None;
    for format in Format::ALL {
        // The most specific range that fits decides; the last of equals is as good as any.
        let fitting =
            ranges.iter().filter_map(|(range, weight)| Some((specificity(format, range)?, *weight)));
        let Some((specificity, weight)) = fitting.max_by_key(|(specificity, _)| *specificity) else {
            continue;
        };
        let rank = (weight, specificity);
        if weight > 0.0 && best.is_none_or(|(_, held)| rank > held) {
            best = Some((format, rank));
        }
    }
    best.map(|(format, _)| format)
}

/// A media range with its weight; its other parameters do not concern us.
fn media_range(text: &str) -> Option<(&str, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((range, weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(1.0))))
}

fn specificity(format: Format, range: &str) -> Option<u8> {
    let fits = |name: &&str| name.eq_ignore_ascii_case(range);
    if format.names().1.iter().any(fits) {
        return Some(2);
    }
    let family = |name: &str| name.split('/').next().map(str::to_owned);
    match range.strip_suffix("/*") {
        Some("*") => Some(0),
        Some(wanted) => (format.names().1.iter())
            .any(|name| family(name).is_some_and(|family| family.eq_ignore_ascii_case(wanted)))
            .then_some(1),
        None => None,
    }
}

/// `Link` of the next page: the same request with one parameter changed.
pub fn next_link(request: &HttpRequest, parameter: &str, cursor: &str) -> Option<HeaderValue> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != parameter {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair(parameter, cursor);
    HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", request.uri().path(), query.finish())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_format_is_served() {
        let check =
            |given: &[&str], expected: Option<Format>| assert_eq!(accepted(given), expected, "{given:?}");
        check(&[], Some(Format::Json));
        check(&[""], Some(Format::Json));
        check(&["*/*"], Some(Format::Json));
        check(&["text/csv"], Some(Format::Csv));
        check(&["TEXT/CSV; header=present"], Some(Format::Csv));
        check(&["text/*"], Some(Format::Csv));
        check(&["application/*"], Some(Format::Json));
        check(&["application/x-ndjson", "text/csv;q=0.9"], Some(Format::Ndjson));
        check(&["application/ndjson"], Some(Format::Ndjson));
        check(&["text/csv, */*"], Some(Format::Csv));
        check(&["text/csv, application/json"], Some(Format::Json));
        check(&["application/json;q=0, */*"], Some(Format::Csv));
        check(&["text/csv;q=0.5, application/json;q=0.4"], Some(Format::Csv));
        check(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], Some(Format::Json));
        check(&["text/csv;q=x"], Some(Format::Csv));
        check(&["image/png"], None);
        check(&["application/json;q=0"], None);
        check(&["nonsense"], None);
    }
}
