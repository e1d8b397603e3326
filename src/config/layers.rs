//! How the layers come together: files, the environment, options, one over the other.

use std::net::SocketAddr;

use toml::{Table, Value};

use super::{ConfigError, bad};

/// A profile's name means `config/<name>.toml`; anything with a dot or a slash is a path.
pub(super) fn read_profile(profile: &str) -> Result<(String, String), ConfigError> {
    let builtin = match profile {
        "dev" => Some(include_str!("../../config/dev.toml")),
        "test" => Some(include_str!("../../config/test.toml")),
        "production" => Some(include_str!("../../config/production.toml")),
        _ => None,
    };
    let place =
        if profile.contains(['.', '/']) { profile.to_owned() } else { format!("config/{profile}.toml") };
    match std::fs::read_to_string(&place) {
        Ok(text) => Ok((place, text)),
        Err(error) => match builtin {
            Some(text) => Ok((place, text.to_owned())),
            None => Err(ConfigError::File { place, reason: error.to_string() }),
        },
    }
}

/// Puts a layer over a table. Keys must be there already: the default file holds all of them.
pub(super) fn merge(table: &mut Table, layer: Table, place: &str) -> Result<(), ConfigError> {
    for (key, value) in layer {
        let here = format!("{place}: {key}");
        match (table.get_mut(&key), value) {
            (None, _) => return Err(bad(here, "unknown key")),
            (Some(Value::Table(inner)), Value::Table(layer)) => merge(inner, layer, &here)?,
            (Some(held), value) if held.type_str() == value.type_str() => *held = value,
            // A switch that may also be left to decide for itself.
            (Some(held), Value::Boolean(value)) if held.as_str() == Some("auto") => {
                *held = Value::String(value.to_string());
            }
            (Some(held), value) => {
                return Err(bad(here, format!("must be {}, not {}", held.type_str(), value.type_str())));
            }
        }
    }
    Ok(())
}

/// Sets one key from text, by the type that the default has.
pub(super) fn set_path(table: &mut Table, path: &[String], text: &str) -> Result<(), String> {
    let (key, rest) = path.split_first().ok_or("empty key")?;
    // Venues are written with a dash, which variables cannot have.
    let dashed = key.replace('_', "-");
    let key = if table.contains_key(key) { key } else { &dashed };
    let held = table.get_mut(key).ok_or_else(|| format!("unknown key {key:?}"))?;
    if let Value::Table(inner) = held {
        return set_path(inner, rest, text);
    }
    if !rest.is_empty() {
        return Err(format!("{key:?} has no keys below it"));
    }
    *held = match held {
        Value::Boolean(_) => {
            Value::Boolean(text.parse().map_err(|_| format!("{text:?} is not true or false"))?)
        }
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| format!("{text:?} is not an integer"))?),
        Value::Array(_) => Value::Array(
            (text.split(',').map(str::trim).filter(|item| !item.is_empty()))
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        ),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

pub(super) fn set_port(table: &mut Table, port: u16) -> Result<(), ConfigError> {
    let bind = table.get_mut("http").and_then(|http| http.get_mut("bind"));
    let Some(Value::String(bind)) = bind else { return Err(bad("http.bind", "must be a string")) };
    let mut address: SocketAddr =
        bind.parse().map_err(|_| bad("http.bind", format!("{bind:?} is not an address with a port")))?;
    address.set_port(port);
    *bind = address.to_string();
    Ok(())
}

/// The most that a number may be whose key ends so. What is beyond any use would overflow where it is added to a time.
const LONGEST: [(&str, i64); 4] =
    [("_ms", 7 * 86_400_000), ("_s", 7 * 86_400), ("_h", 8_760), ("_days", 36_500)];

/// No span of time is longer than anybody can mean.
pub(super) fn longest(table: &Table, place: &str) -> Result<(), ConfigError> {
    for (key, value) in table {
        let here = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
        match value {
            Value::Table(inner) => longest(inner, &here)?,
            Value::Integer(number) => {
                let most = LONGEST.iter().find(|(unit, _)| key.ends_with(unit)).map(|(_, most)| *most);
                if let Some(most) = most.filter(|most| number > most) {
                    return Err(bad(here, format!("must be at most {most}")));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
