//! What an operator does: the image, the reverse proxy, backups, users at the console. What the guide says to type is taken from
//! the guide and typed.

mod backup;
mod container;
mod healthcheck;
mod proxies;
mod proxies_tls;
mod users;

use std::path::Path;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    std::fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The first block of this language under this heading of docs/operations.md.
fn block(heading: &str, language: &str) -> String {
    let guide = file("docs/operations.md");
    let (_, section) =
        guide.split_once(&format!("# {heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}"));
    let (_, block) =
        section.split_once(&format!("\n```{language}\n")).unwrap_or_else(|| panic!("no {language} there"));
    block.split_once("\n```").expect("the end of the block").0.to_owned()
}

/// A text with this one place of it replaced.
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "{old:?} is not there once:\n{text}");
    text.replace(old, new)
}
