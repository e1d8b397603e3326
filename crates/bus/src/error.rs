//! Why a bus could not answer.

/// The caller goes on without the bus in each of these cases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// Known to be away: nothing was tried.
    #[error("the bus is away")]
    Away,
    /// It may have happened or not.
    #[error("{doing}: no answer in time; it may have happened or not")]
    TimedOut { doing: &'static str },
    /// As many calls are under way as may be, or a queue is full.
    #[error("{doing}: too much is under way")]
    Busy { doing: &'static str },
    /// A bounded table has no room.
    #[error("{doing}: there is no room")]
    Full { doing: &'static str },
    #[error("{doing}: {detail}")]
    Refused { doing: &'static str, detail: String },
    #[error("{what} has {bytes} bytes, more than {max}")]
    TooLarge { what: &'static str, bytes: usize, max: usize },
    #[error("a key has 1 to {max} bytes, not {bytes}")]
    BadKey { bytes: usize, max: usize },
    #[error("the address of the bus: {detail}")]
    BadAddress { detail: String },
}

impl BusError {
    /// Whether the same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Away | Self::TimedOut { .. } | Self::Busy { .. } | Self::Full { .. } | Self::Refused { .. }
        )
    }

    pub(crate) const fn check_size(what: &'static str, bytes: usize, max: usize) -> Result<(), Self> {
        if bytes > max { Err(Self::TooLarge { what, bytes, max }) } else { Ok(()) }
    }
}
