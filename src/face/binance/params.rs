//! Parameters of a request: from the query and from a form in the body, where the query goes first.

use std::borrow::Cow;

use serde_json::Value;

use super::error::FaceError;

/// Names with their values, in the order in which they are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    all: Vec<(String, String)>,
    /// A name stands twice in the query, or twice in the form.
    has_duplicates: bool,
}

impl Params {
    pub fn of_request(query: &str, body: &str) -> Self {
        let pairs = |text: &str| -> Vec<(String, String)> {
            form_urlencoded::parse(text.as_bytes())
                .map(|(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned()))
                .collect()
        };
        let (mut all, form) = (pairs(query), pairs(body));
        let has_duplicates = [&all, &form].into_iter().any(|part| has_duplicates(part));
        all.extend(form);
        Self { all, has_duplicates }
    }

    /// Of a request over a WebSocket, whose values are of any JSON type.
    pub fn of_json(params: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let fields = params.as_object().into_iter().flatten();
        let all = fields.map(|(name, value)| (name.clone(), text(value))).collect();
        Self { all, has_duplicates: false }
    }

    pub const fn has_duplicates(&self) -> bool {
        self.has_duplicates
    }

    /// Each once, also where it stands in the query and in the form.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let is_first = |at: usize, name: &str| self.all[..at].iter().all(|(held, _)| held != name);
        self.all
            .iter()
            .enumerate()
            .filter(move |(at, (name, _))| is_first(*at, name))
            .map(|(_, (name, _))| name.as_str())
    }

    /// The first that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let values = self.all.iter().filter(|(held, _)| held == name).map(|(_, value)| value.as_str());
        values.into_iter().find(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, FaceError> {
        let is_there = || self.all.iter().any(|(held, _)| held == name);
        self.get(name)
            .ok_or_else(|| if is_there() { FaceError::empty(name) } else { FaceError::missing(name) })
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, FaceError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.parse::<i64>() {
            Ok(value) if value >= 0 => Ok(Some(value)),
            _ => Err(FaceError::illegal(name, "^[0-9]{1,20}$")),
        }
    }

    /// How many; more than `max` is taken for `max`, as there.
    pub fn limit(&self, default: usize, max: usize) -> Result<usize, FaceError> {
        match self.integer("limit")? {
            None => Ok(default),
            Some(0) => Err(FaceError::invalid("limit")),
            Some(limit) => Ok(usize::try_from(limit).map_or(max, |limit| limit.min(max))),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, FaceError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(FaceError::invalid(name)),
        }
    }

    /// A list of names, as JSON; or separated by commas.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, FaceError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let list: Vec<String> = if text.starts_with('[') {
            serde_json::from_str(text).map_err(|_| {
                FaceError::illegal(name, "^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$")
            })?
        } else {
            text.split(',').map(str::to_owned).collect()
        };
        if list.iter().enumerate().any(|(at, item)| list[..at].contains(item)) {
            return Err(FaceError::bad(-1151, "Symbol is present multiple times in the list."));
        }
        if list.is_empty() { Err(FaceError::missing(name)) } else { Ok(Some(list)) }
    }

    /// `startTime` and `endTime` and the like are in milliseconds, or in microseconds when they are so large.
    pub fn time(&self, name: &str) -> Result<Option<marketd_domain::Timestamp>, FaceError> {
        const MICROS_FROM: i64 = 100_000_000_000_000;
        let time = self.integer(name)?.map(|value| {
            if value >= MICROS_FROM {
                marketd_domain::Timestamp::from_micros(value.min(i64::MAX / 1_000))
            } else {
                marketd_domain::Timestamp::from_millis(value)
            }
        });
        Ok(time)
    }
}

fn has_duplicates(part: &[(String, String)]) -> bool {
    part.iter().enumerate().any(|(at, (name, _))| part[..at].iter().any(|(held, _)| held == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_goes_over_the_body_and_empty_values_are_none() {
        let params = Params::of_request("symbol=A&limit=5&x=", "symbol=B&side=BUY&x=7&t=a%20b");
        assert_eq!(
            (params.get("symbol"), params.get("side"), params.get("x")),
            (Some("A"), Some("BUY"), Some("7"))
        );
        assert_eq!((params.get("t"), params.get("y")), (Some("a b"), None));
        assert_eq!((params.limit(100, 3), params.integer("limit")), (Ok(3), Ok(Some(5))));
        assert_eq!(params.names().collect::<Vec<_>>(), ["symbol", "limit", "x", "side", "t"]);
        assert!(!params.has_duplicates() && Params::of_request("a=1&b=2&a=1", "").has_duplicates());
    }

    #[test]
    fn lists_are_json_or_separated_by_commas() {
        let list = |text: &str| Params::of_json(&serde_json::json!({"symbols": text})).list("symbols");
        let two = Ok(Some(vec!["A".to_owned(), "B".to_owned()]));
        assert_eq!((list("[\"A\",\"B\"]"), list("A,B")), (two.clone(), two));
        assert_eq!(list("A,B,A").map_err(|error| error.code), Err(-1_151));
        assert_eq!(list("").map_err(|error| error.code), Ok(None));
        assert_eq!(list("[A]").map_err(|error| error.code), Err(-1_100));
    }
}
