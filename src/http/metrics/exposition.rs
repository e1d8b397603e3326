//! The text that Prometheus reads, version 0.0.4.

use std::fmt::{Display, Write};

use marketd_actors::metrics::Times;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Families of metrics, each with its kind and meaning.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
    family: String,
}

impl Exposition {
    /// Begins a family; its samples follow. Names come without the prefix `marketd_`.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) -> &mut Self {
        self.named(&format!("marketd_{name}"), kind, help)
    }

    /// As [`Self::family`], for names that the field has agreed on.
    pub fn named(&mut self, name: &str, kind: Kind, help: &str) -> &mut Self {
        let help = help.replace('\\', "\\\\").replace('\n', " ");
        name.clone_into(&mut self.family);
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {}", kind.as_str()))
    }

    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) -> &mut Self {
        self.suffixed("", labels, value)
    }

    /// A sample of a histogram's family.
    pub fn suffixed(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) -> &mut Self {
        self.text.push_str(&self.family);
        self.text.push_str(suffix);
        for (at, (name, value)) in labels.iter().enumerate() {
            self.text.push(if at == 0 { '{' } else { ',' });
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.text.push_str(&value);
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        self.line(format_args!(" {value}"))
    }

    /// A histogram with these labels.
    pub fn times(&mut self, labels: &[(&str, &str)], times: &Times) {
        for (bound_us, count) in times.within {
            let bound = (bound_us as f64 / 1e6).to_string();
            self.suffixed("_bucket", &[labels, &[("le", &bound)]].concat(), count);
        }
        self.suffixed("_bucket", &[labels, &[("le", "+Inf")]].concat(), times.count);
        self.suffixed("_sum", labels, times.total_us as f64 / 1e6);
        self.suffixed("_count", labels, times.count);
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) -> &mut Self {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
        self
    }

    pub fn into_text(self) -> String {
        self.text
    }
}

/// A number of microseconds, in seconds, exactly.
pub struct Micros(pub i64);

impl Display for Micros {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        write!(formatter, "{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Exposition::default();
        text.family("x", Kind::Gauge, "a\nb")
            .sample(&[("a", "q\"\\\n"), ("b", "")], 1)
            .sample(&[], Micros(-50));
        let expected = "# HELP marketd_x a b\n# TYPE marketd_x gauge\nmarketd_x{a=\"q\\\"\\\\\\n\",b=\"\"} 1\nmarketd_x -0.000050\n";
        assert_eq!(text.into_text(), expected);
    }
}
