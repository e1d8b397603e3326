//! Numbers that the sandbox gives out: in order, never reused.

macro_rules! serial_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

serial_number!(
    /// An order of the sandbox, in any market and of any account.
    OrderId
);
serial_number!(
    /// A fill. When two sandbox orders meet, each has one.
    FillId
);
serial_number!(
    /// Orders that depend on each other.
    ListId
);

/// Names of the caller's own are at most this long.
pub const CLIENT_ORDER_ID_LEN_MAX: usize = 64;

/// The client's own name for an order: 1 to 64 of `A-Z a-z 0-9 . _ : / -`. Kept in place, so that an order
/// allocates nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientOrderId {
    length: u8,
    bytes: [u8; CLIENT_ORDER_ID_LEN_MAX],
}

impl ClientOrderId {
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-');
        if text.is_empty() || text.len() > CLIENT_ORDER_ID_LEN_MAX || !text.bytes().all(is_plain) {
            return None;
        }
        let mut bytes = [0; CLIENT_ORDER_ID_LEN_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { length: text.len() as u8, bytes })
    }

    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl core::fmt::Debug for ClientOrderId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_order_ids_are_short_and_plain() {
        let check =
            |text: &str, valid: bool| assert_eq!(ClientOrderId::parse(text).is_some(), valid, "{text}");
        check("x-TKT5PX2F0123456789abcdef", true);
        check("a.b:c/d_e-f", true);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
        check("", false);
        check("with space", false);
        check("schräg", false);
        check("nul\0", false);
        assert_eq!(
            ClientOrderId::parse("mine-1").map(|id| id.as_str().to_owned()).as_deref(),
            Some("mine-1")
        );
    }
}
