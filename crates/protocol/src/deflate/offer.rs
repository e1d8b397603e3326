//! Reading what compression a client offers (RFC 7692, 5 and 7.1).

/// What is answered. Context takeover is refused in both directions: see the module above.
const ANSWER: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
/// An offer that names the server's window has to be answered with one.
const ANSWER_WITH_WINDOW: &str =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15";

/// The value of `Sec-WebSocket-Extensions` to answer to the values of the same header in a request, or
/// `None` when none of the offers can be taken. The first one that can be is.
pub fn negotiate<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    headers.into_iter().flat_map(|header| split_outside_quotes(header, ',')).find_map(answer)
}

/// The answer to one offer, if it is one that can be taken.
fn answer(offer: &str) -> Option<&'static str> {
    let mut parts = split_outside_quotes(offer, ';');
    if parts.next() != Some("permessage-deflate") {
        return None;
    }
    let (mut seen, mut has_window) = ([false; 4], false);
    for part in parts {
        let parameter = parse_parameter(part)?;
        // A parameter that comes twice makes the offer invalid.
        if std::mem::replace(&mut seen[parameter as usize], true) {
            return None;
        }
        has_window |= matches!(parameter, Parameter::ServerWindow);
    }
    Some(if has_window { ANSWER_WITH_WINDOW } else { ANSWER })
}

#[derive(Clone, Copy)]
enum Parameter {
    ServerNoTakeover,
    ClientNoTakeover,
    ServerWindow,
    ClientWindow,
}

/// `None` for what is unknown, has a value that it may not have, or asks for what is not done here.
fn parse_parameter(part: &str) -> Option<Parameter> {
    let (name, value) = match part.split_once('=') {
        Some((name, value)) => (name.trim_end(), Some(unquoted(value.trim_start())?)),
        None => (part, None),
    };
    match (name, value) {
        ("server_no_context_takeover", None) => Some(Parameter::ServerNoTakeover),
        ("client_no_context_takeover", None) => Some(Parameter::ClientNoTakeover),
        // A smaller window would need a compressed frame of its own for that client.
        ("server_max_window_bits", Some("15")) => Some(Parameter::ServerWindow),
        // The client may use a smaller window than it could: nothing to be done for that.
        ("client_max_window_bits", None) => Some(Parameter::ClientWindow),
        ("client_max_window_bits", Some("8" | "9" | "10" | "11" | "12" | "13" | "14" | "15")) => {
            Some(Parameter::ClientWindow)
        }
        _ => None,
    }
}

/// The value itself, with or without quotes around it. An escaped character is of no value known here.
fn unquoted(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(value),
    }
}

/// The trimmed parts between separators that do not stand within quotes.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |character| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        is_escaped = is_quoted && character == '\\';
        is_quoted ^= character == '"';
        !is_quoted && character == separator
    })
    .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_taken_or_declined() {
        let check = |headers: &[&str], expected: Option<&str>| {
            assert_eq!(negotiate(headers.iter().copied()), expected, "{headers:?}");
        };
        let takes = |offer: &str| check(&[offer], Some(ANSWER));
        let declines = |offer: &str| check(&[offer], None);
        takes("permessage-deflate");
        takes("  permessage-deflate  ");
        takes("permessage-deflate; client_max_window_bits");
        takes("permessage-deflate;client_max_window_bits=12");
        takes("permessage-deflate; client_max_window_bits = \"10\"");
        takes("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
        check(&["permessage-deflate; server_max_window_bits=15"], Some(ANSWER_WITH_WINDOW));
        check(&["permessage-deflate; server_max_window_bits=\"15\""], Some(ANSWER_WITH_WINDOW));

        check(&[], None);
        declines("");
        declines("permessage-bzip2");
        declines("x-webkit-deflate-frame");
        declines("permessage-deflate;");
        declines("permessage-deflate; ;client_max_window_bits");
        declines("permessage-deflate; no_such_parameter");
        declines("permessage-deflate; client_max_window_bits=7");
        declines("permessage-deflate; client_max_window_bits=16");
        declines("permessage-deflate; client_max_window_bits=08");
        declines("permessage-deflate; client_max_window_bits=");
        declines("permessage-deflate; client_max_window_bits; client_max_window_bits=12");
        declines("permessage-deflate; server_no_context_takeover; server_no_context_takeover");
        declines("permessage-deflate; server_no_context_takeover=1");
        declines("permessage-deflate; client_no_context_takeover=\"\"");
        declines("permessage-deflate; server_max_window_bits");
        declines("permessage-deflate; server_max_window_bits=10");
        declines("permessage-deflate; server_max_window_bits=\"15");
    }

    #[test]
    fn the_first_offer_that_can_be_taken_is() {
        let check = |headers: &[&str], expected: Option<&str>| {
            assert_eq!(negotiate(headers.iter().copied()), expected, "{headers:?}");
        };
        // The example of RFC 7692, 7.1: a wish, and what to fall back to.
        check(
            &["permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate"],
            Some(ANSWER),
        );
        check(
            &["foo, permessage-deflate; bar, permessage-deflate; server_max_window_bits=15"],
            Some(ANSWER_WITH_WINDOW),
        );
        check(&["foo; a=\"x, permessage-deflate\""], None);
        check(&["foo; a=\"\\\", permessage-deflate; b=\"", "permessage-deflate"], Some(ANSWER));
        check(&["foo", "bar; x=1"], None);
    }
}
