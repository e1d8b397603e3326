//! A password for a command: asked for on a terminal, which does not show it, or the first line of standard input. Never an
//! argument, which everybody on the machine can see.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, bail, ensure};

/// Reads the password that somebody is to have; on a terminal twice.
pub fn read(name: &str) -> anyhow::Result<String> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return line(&mut input.lock(), b"\n");
    }
    let first = ask(&format!("new password of {name}: "))?;
    ensure!(ask("the same again: ")? == first, "these were two passwords");
    Ok(first)
}

/// More than any password may have; what is longer is no line.
const LINE_MAX: usize = 4_096;

/// What comes up to one of these bytes, or to the end. Without the end of the line.
fn line(input: &mut impl BufRead, ends: &[u8]) -> anyhow::Result<String> {
    let mut line = Vec::new();
    while !line.last().is_some_and(|byte| ends.contains(byte)) {
        let read = input.fill_buf().context("cannot read the password from standard input")?;
        if read.is_empty() {
            break;
        }
        let end = read.iter().position(|byte| ends.contains(byte)).map_or(read.len(), |at| at + 1);
        line.extend_from_slice(&read[..end]);
        input.consume(end);
        ensure!(line.len() <= LINE_MAX, "this is no password");
    }
    let line = String::from_utf8(line).context("the password is not UTF-8")?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(not(unix))]
fn ask(_: &str) -> anyhow::Result<String> {
    bail!("a terminal of this system would show the password: pipe it in")
}

/// What Ctrl-C is on a terminal that makes no signal of it.
#[cfg(unix)]
const INTERRUPT: u8 = 3;

#[cfg(unix)]
fn ask(prompt: &str) -> anyhow::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
    let input = std::io::stdin();
    let before = tcgetattr(&input).context("cannot tell how the terminal is set")?;
    let mut quiet = before.clone();
    // Ctrl-C ends the line in place of the process, which would leave the terminal as it is now.
    quiet.local_modes -= LocalModes::ECHO | LocalModes::ISIG;
    quiet.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
    let mut output = std::io::stderr();
    // Before it is asked for: some type ahead, and what they typed is thrown away here.
    tcsetattr(&input, OptionalActions::Flush, &quiet).context("the terminal would show the password")?;
    let asked =
        write!(output, "{prompt}").and_then(|()| output.flush()).context("cannot ask for the password");
    let read = asked.and_then(|()| line(&mut input.lock(), &[b'\n', INTERRUPT]));
    let restored = tcsetattr(&input, OptionalActions::Now, &before);
    let _ = writeln!(output);
    restored.context("the terminal cannot be set back: say `stty sane`")?;
    let password = read?;
    if password.ends_with(char::from(INTERRUPT)) {
        bail!("interrupted");
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_password_without_its_end() {
        for (input, expected) in [
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            ("secret", "secret"),
            (" a b \nmore\n", " a b "),
        ] {
            assert_eq!(line(&mut input.as_bytes(), b"\n").expect("text"), expected);
        }
        assert_eq!(line(&mut "ab\u{3}c\n".as_bytes(), b"\n\x03").expect("text"), "ab\u{3}");
        line(&mut "a".repeat(LINE_MAX + 1).as_bytes(), b"\n").expect_err("endless");
    }
}
