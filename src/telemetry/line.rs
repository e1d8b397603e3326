//! A line of the log: one for each event, whatever the event says, and with the id of the request that it belongs to.

use std::fmt::Write;

use marketd_actors::traces::current_id;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::config::LogFormat;

/// Around the formats of the library.
pub struct Line<F> {
    pub inner: F,
    pub format: LogFormat,
    /// The library paints; what looks like paint in texts it has made harmless by itself.
    pub is_painted: bool,
}

impl<S, N, F> FormatEvent<S, N> for Line<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let mut line = String::with_capacity(256);
        self.inner.format_event(ctx, Writer::new(&mut line), event)?;
        let line = line.trim_end_matches('\n');
        let id = current_id();
        match (self.format, &id) {
            (LogFormat::Text, id) => {
                push_harmless(&mut writer, line, self.is_painted)?;
                if let Some(id) = id {
                    write!(writer, " trace_id={}", id.as_str())?;
                }
            }
            // An object, and the id is plain: letters, digits and a few signs.
            (LogFormat::Json, Some(id)) => {
                let fields = line.strip_suffix('}').unwrap_or(line);
                write!(writer, "{fields},\"trace_id\":\"{}\"}}", id.as_str())?;
            }
            (LogFormat::Json, None) => writer.write_str(line)?,
        }
        writer.write_char('\n')
    }
}

/// Texts come from anywhere: none of them begins a line of its own, or moves about on a terminal.
fn push_harmless(out: &mut impl Write, text: &str, is_painted: bool) -> std::fmt::Result {
    let is_harmful = |char: char| {
        let is_paint = is_painted && char == '\x1b';
        // Separators of lines and paragraphs, and what turns the direction of writing.
        let is_sly =
            matches!(char, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        (char.is_control() && char != '\t' && !is_paint) || is_sly
    };
    let mut rest = text;
    while let Some(at) = rest.find(is_harmful) {
        let (before, from) = rest.split_at(at);
        let mut chars = from.chars();
        out.write_str(before)?;
        for escaped in chars.next().into_iter().flat_map(char::escape_default) {
            out.write_char(escaped)?;
        }
        rest = chars.as_str();
    }
    out.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_makes_a_line_or_moves_the_cursor() {
        let check = |text: &str, is_painted: bool, expected: &str| {
            let mut out = String::new();
            push_harmless(&mut out, text, is_painted).expect("a string takes everything");
            assert_eq!(out, expected);
        };
        check("plain, ü and 价", false, "plain, ü and 价");
        check("a\r\nINFO forged", false, "a\\r\\nINFO forged");
        check("\x1b[2Jgone", false, "\\u{1b}[2Jgone");
        check("\x1b[2mpaint\x1b[0m\n", true, "\x1b[2mpaint\x1b[0m\\n");
        check("a\u{2028}b\u{202e}c\u{85}d\0e", false, "a\\u{2028}b\\u{202e}c\\u{85}d\\u{0}e");
    }
}
