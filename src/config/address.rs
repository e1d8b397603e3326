//! Addresses of services, which may hold a password.

use serde_json::Value;

/// An address as it may be shown: a password is starred, between the user's name and the host as well as among the parameters.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    // Up to the last @, wherever it is: a password that was not escaped must not be shown either.
    let shown = match rest.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
        Some((user, password)) if !password.is_empty() => {
            format!("{scheme}://{user}:***{}", &rest[user.len() + 1 + password.len()..])
        }
        _ => url.to_owned(),
    };
    let Some((address, parameters)) = shown.split_once('?') else { return shown };
    let starred: Vec<_> = parameters
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if name.contains("password") => format!("{name}=***"),
            _ => parameter.to_owned(),
        })
        .collect();
    format!("{address}?{}", starred.join("&"))
}

/// Stars the password of every address within.
pub(super) fn star_passwords(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_password(text),
        Value::Array(items) => items.iter_mut().for_each(star_passwords),
        Value::Object(fields) => fields.values_mut().for_each(star_passwords),
        _ => {}
    }
}
