//! What clients ask of a connection of streams, and how it is answered.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::push_string;

/// What a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    List,
    /// Whether messages come with the stream's name around them.
    SetCombined(bool),
    GetCombined,
}

/// Why a message is refused, in Binance's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlError {
    pub code: u8,
    pub message: String,
}

/// A message with its id as it came; `null` where there is none.
#[derive(Debug)]
pub struct ParsedControl {
    pub id: String,
    pub control: Result<Control, ControlError>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    method: Option<Value>,
    params: Option<Value>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

/// Longest id that is given back.
const ID_MAX: usize = 64;

pub fn parse(text: &str) -> ParsedControl {
    let wire: Wire<'_> = match serde_json::from_str(text) {
        Ok(wire) => wire,
        Err(error) => {
            let code = if error.is_data() { 2 } else { 3 };
            let what = if code == 2 { "Invalid request" } else { "Invalid JSON" };
            let error = ControlError { code, message: format!("{what}: {error}") };
            return ParsedControl { id: "null".to_owned(), control: Err(error) };
        }
    };
    let id = wire.id.map_or("null", RawValue::get).to_owned();
    let is_plain = id.len() <= ID_MAX && !id.starts_with(['{', '[', 't', 'f']);
    if !is_plain {
        let message = "Invalid request: request ID must be an unsigned integer, a string or null";
        let error = ControlError { code: 2, message: message.to_owned() };
        return ParsedControl { id: "null".to_owned(), control: Err(error) };
    }
    let control = control_of(wire.method.as_ref().and_then(Value::as_str), wire.params.as_ref());
    ParsedControl { id, control: control.map_err(|message| ControlError { code: 2, message }) }
}

fn control_of(method: Option<&str>, params: Option<&Value>) -> Result<Control, String> {
    let list = params.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let names = || -> Result<Vec<String>, String> {
        let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
        names
            .filter(|names| !names.is_empty())
            .ok_or_else(|| "Invalid request: params must be a list of streams".to_owned())
    };
    let is_combined = list.first().and_then(Value::as_str) == Some("combined");
    match method {
        Some("SUBSCRIBE") => Ok(Control::Subscribe(names()?)),
        Some("UNSUBSCRIBE") => Ok(Control::Unsubscribe(names()?)),
        Some("LIST_SUBSCRIPTIONS") => Ok(Control::List),
        Some("SET_PROPERTY") => match list.get(1) {
            Some(Value::Bool(value)) if is_combined => Ok(Control::SetCombined(*value)),
            _ => Err("Invalid request: the property is combined, and is true or false".to_owned()),
        },
        Some("GET_PROPERTY") if is_combined => Ok(Control::GetCombined),
        Some("GET_PROPERTY") => Err("Invalid request: the property is combined".to_owned()),
        Some(other) => Err(format!("Invalid request: unknown variant `{other}`")),
        None => Err("Invalid request: missing field `method`".to_owned()),
    }
}

fn push_id(out: &mut Vec<u8>, id: &str) {
    out.extend_from_slice(b",\"id\":");
    out.extend_from_slice(id.as_bytes());
    out.push(b'}');
}

/// Nothing to tell but that it is done.
pub fn push_done(out: &mut Vec<u8>, id: &str) {
    out.extend_from_slice(b"{\"result\":null");
    push_id(out, id);
}

pub fn push_names<'a>(out: &mut Vec<u8>, id: &str, names: impl Iterator<Item = &'a str>) {
    out.extend_from_slice(b"{\"result\":");
    crate::json::push_list(out, names, push_string);
    push_id(out, id);
}

pub fn push_flag(out: &mut Vec<u8>, id: &str, flag: bool) {
    out.extend_from_slice(if flag { b"{\"result\":true" } else { b"{\"result\":false" });
    push_id(out, id);
}

/// Code and message twice: clients look for them in one place or the other.
pub fn push_error(out: &mut Vec<u8>, id: &str, error: &ControlError) {
    let push_both = |out: &mut Vec<u8>| {
        out.extend_from_slice(format!("\"code\":{},\"msg\":", error.code).as_bytes());
        push_string(out, &error.message);
    };
    out.extend_from_slice(b"{\"error\":{");
    push_both(out);
    out.extend_from_slice(b"},");
    push_both(out);
    push_id(out, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_with_ids_of_any_kind() {
        let check = |text: &str, id: &str, control: Control| {
            let parsed = parse(text);
            assert_eq!((parsed.id.as_str(), parsed.control), (id, Ok(control)), "{text}");
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        check(
            r#"{"method":"SUBSCRIBE","params":["btcusdt@trade","x"],"id":1}"#,
            "1",
            Control::Subscribe(names(&["btcusdt@trade", "x"])),
        );
        check(
            r#"{"method":"UNSUBSCRIBE","params":["a"],"id":"u-1"}"#,
            "\"u-1\"",
            Control::Unsubscribe(names(&["a"])),
        );
        check(r#"{"method":"LIST_SUBSCRIPTIONS"}"#, "null", Control::List);
        check(
            r#"{"method":"SET_PROPERTY","params":["combined",true],"id":null}"#,
            "null",
            Control::SetCombined(true),
        );
        check(r#"{"method":"GET_PROPERTY","params":["combined"],"id":2}"#, "2", Control::GetCombined);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_number() {
        let check = |text: &str, code: u8, id: &str| {
            let parsed = parse(text);
            let error = parsed.control.expect_err(text);
            assert_eq!((error.code, parsed.id.as_str()), (code, id), "{text}");
        };
        check("{", 3, "null");
        check("nonsense", 3, "null");
        check("[]", 2, "null");
        check(r#"{"method":"DANCE","id":3}"#, 2, "3");
        check(r#"{"method":"SUBSCRIBE","params":[],"id":3}"#, 2, "3");
        check(r#"{"method":"SUBSCRIBE","params":[1],"id":3}"#, 2, "3");
        check(r#"{"method":"SET_PROPERTY","params":["combined",1],"id":3}"#, 2, "3");
        check(r#"{"method":"LIST_SUBSCRIPTIONS","id":{"a":1}}"#, 2, "null");
        let mut out = Vec::new();
        push_error(&mut out, "7", &ControlError { code: 2, message: "a \"b\"".to_owned() });
        let answer: Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(answer["error"], serde_json::json!({"code": 2, "msg": "a \"b\""}));
        assert_eq!((answer["code"].as_i64(), answer["id"].as_i64()), (Some(2), Some(7)));
    }
}
