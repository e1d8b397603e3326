//! What can be wrong with a venue's bytes.

use marketd_domain::NumberError;

/// Which of a market's two scales a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    Price,
    Qty,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not the JSON it should be; the text is for the log.
    #[error("malformed message: {0}")]
    Json(String),
    #[error("bad {kind:?}: {error}")]
    Number { kind: NumberKind, error: NumberError },
    /// A field that must be there is missing or of another kind.
    #[error("missing or bad field `{0}`")]
    Field(&'static str),
    /// The venue answered with an error of its own.
    #[error("venue error: {0}")]
    Venue(String),
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

impl DecodeError {
    pub const fn price(error: NumberError) -> Self {
        Self::Number { kind: NumberKind::Price, error }
    }

    pub const fn qty(error: NumberError) -> Self {
        Self::Number { kind: NumberKind::Qty, error }
    }
}
