//! The forms that a frame can have on the wire. A frame is made once per form, and only if somebody
//! listens to that form.

/// How a frame's content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    Json,
    Msgpack,
}

impl Encoding {
    pub const ALL: [Self; 2] = [Self::Json, Self::Msgpack];

    /// The WebSocket subprotocol that asks for it. A client that names none gets JSON.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "marketd.v1.json",
            Self::Msgpack => "marketd.v1.msgpack",
        }
    }

    pub fn from_subprotocol(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.subprotocol() == name)
    }

    /// First byte of a whole WebSocket message: final, text or binary.
    pub const fn first_byte(self) -> u8 {
        match self {
            Self::Json => 0x81,
            Self::Msgpack => 0x82,
        }
    }
}

/// How a frame for Binance's clients is written: its content is the same in all four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dialect {
    /// With the stream's name around it.
    pub is_combined: bool,
    /// Times in microseconds instead of milliseconds.
    pub in_micros: bool,
}

/// What goes over a connection: our own protocol in one of its encodings, and whether the client takes compressed
/// messages; or Binance's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    Native { encoding: Encoding, is_deflated: bool },
    Binance(Dialect),
}

impl Form {
    pub const JSON: Self = Self::new(Encoding::Json, false);
    pub const MSGPACK: Self = Self::new(Encoding::Msgpack, false);
    pub const COUNT: usize = 8;
    /// Those of our own protocol.
    pub const NATIVE: [Self; 4] =
        [Self::JSON, Self::new(Encoding::Json, true), Self::MSGPACK, Self::new(Encoding::Msgpack, true)];
    pub const ALL: [Self; Self::COUNT] = [
        Self::NATIVE[0],
        Self::NATIVE[1],
        Self::NATIVE[2],
        Self::NATIVE[3],
        Self::binance(false, false),
        Self::binance(true, false),
        Self::binance(false, true),
        Self::binance(true, true),
    ];

    pub const fn new(encoding: Encoding, is_deflated: bool) -> Self {
        Self::Native { encoding, is_deflated }
    }

    pub const fn binance(is_combined: bool, in_micros: bool) -> Self {
        Self::Binance(Dialect { is_combined, in_micros })
    }

    /// How its text or bytes are written; Binance's messages are JSON.
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::Native { encoding, .. } => encoding,
            Self::Binance(_) => Encoding::Json,
        }
    }

    pub const fn is_deflated(self) -> bool {
        matches!(self, Self::Native { is_deflated: true, .. })
    }

    /// Its place in [`Self::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Self::Native { encoding, is_deflated } => encoding as usize * 2 + is_deflated as usize,
            Self::Binance(Dialect { is_combined, in_micros }) => {
                Self::NATIVE.len() + in_micros as usize * 2 + is_combined as usize
            }
        }
    }
}

/// Some of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FormSet(u8);

impl FormSet {
    pub const EMPTY: Self = Self(0);

    pub const fn only(form: Form) -> Self {
        Self(1 << form.index())
    }

    pub const fn with(self, form: Form) -> Self {
        Self(self.0 | 1 << form.index())
    }

    pub const fn without(self, form: Form) -> Self {
        Self(self.0 & !(1 << form.index()))
    }

    pub const fn contains(self, form: Form) -> bool {
        self.0 & (1 << form.index()) != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Form> {
        Form::ALL.into_iter().filter(move |form| self.contains(*form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_stand_at_their_index() {
        for (at, form) in Form::ALL.into_iter().enumerate() {
            assert_eq!(form.index(), at);
            assert_eq!(Encoding::from_subprotocol(form.encoding().subprotocol()), Some(form.encoding()));
        }
        assert_eq!(Encoding::from_subprotocol("marketd.v2.json"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        for form in Form::ALL {
            let others: Vec<Form> = Form::ALL.into_iter().filter(|other| *other != form).collect();
            let set = others.iter().fold(FormSet::EMPTY, |set, other| set.with(*other));
            assert_eq!(set.iter().collect::<Vec<_>>(), others);
            assert_eq!(set.with(form).without(form), set);
            assert_eq!(FormSet::only(form).iter().collect::<Vec<_>>(), [form]);
            assert!(FormSet::only(form).without(form).is_empty());
        }
    }
}
