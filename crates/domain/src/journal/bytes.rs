//! Values as bytes and back, exactly: each value has one encoding, and everything else is an error.

/// Why bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("the bytes end in the middle of a value")]
    CutOff,
    #[error("{0} bytes follow the last value")]
    TooLong(usize),
    #[error("{what} {number} is unknown")]
    Unknown { what: &'static str, number: u64 },
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    #[error("an integer is longer than it needs to be")]
    NotCanonical,
}

/// Bytes that are read, and the version of who wrote them.
#[derive(Debug, Clone)]
pub struct Reader<'b> {
    rest: &'b [u8],
    version: u16,
}

impl<'b> Reader<'b> {
    pub const fn new(bytes: &'b [u8], version: u16) -> Self {
        Self { rest: bytes, version }
    }

    /// Fields that a later version added are read only when this is at least that one.
    pub const fn version(&self) -> u16 {
        self.version
    }

    /// A field that this version added.
    pub(crate) fn since<T: Coded + Default>(&mut self, version: u16) -> Result<T, CodecError> {
        if self.version >= version { T::take(self) } else { Ok(T::default()) }
    }

    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn byte(&mut self) -> Result<u8, CodecError> {
        let (byte, rest) = self.rest.split_first().ok_or(CodecError::CutOff)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn bytes(&mut self, length: usize) -> Result<&'b [u8], CodecError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(CodecError::CutOff)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A whole value: nothing may follow it.
    pub fn whole<T: Coded>(mut self) -> Result<T, CodecError> {
        let value = T::take(&mut self)?;
        match self.rest.len() {
            0 => Ok(value),
            more => Err(CodecError::TooLong(more)),
        }
    }
}

/// A value with one encoding: integers seven bits a byte, the lowest first, signs folded in; texts and lists with
/// their length before them; variants by number; fields one after the other.
pub trait Coded: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError>;
}

/// For a struct: all its fields, in the order given. Those that a later version added stand behind its number; records from
/// before it have their defaults.
macro_rules! coded_struct {
    ($name:ty { $($field:ident),* $(,)? } $($since:literal { $($later:ident),* $(,)? })*) => {
        impl $crate::journal::Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field,)* $($($later,)*)* } = self;
                $($crate::journal::Coded::put($field, out);)*
                $($($crate::journal::Coded::put($later, out);)*)*
            }

            fn take(from: &mut $crate::journal::Reader<'_>) -> Result<Self, $crate::journal::CodecError> {
                Ok(Self {
                    $($field: $crate::journal::Coded::take(from)?,)*
                    $($($later: from.since($since)?,)*)*
                })
            }
        }
    };
}
pub(crate) use coded_struct;

/// For an enum: a number for each variant, then its fields.
macro_rules! coded_enum {
    ($name:ident { $($number:literal => $variant:ident $(($($item:ident),* $(,)?))? $({ $($field:ident),* $(,)? })?),* $(,)? }) => {
        impl $crate::journal::Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(($($item),*))? $({ $($field),* })? => {
                        $crate::journal::Coded::put(&($number as u64), out);
                        $($($crate::journal::Coded::put($item, out);)*)?
                        $($($crate::journal::Coded::put($field, out);)*)?
                    })*
                }
            }

            fn take(from: &mut $crate::journal::Reader<'_>) -> Result<Self, $crate::journal::CodecError> {
                match <u64 as $crate::journal::Coded>::take(from)? {
                    $($number => {
                        $($(let $item = $crate::journal::Coded::take(from)?;)*)?
                        $($(let $field = $crate::journal::Coded::take(from)?;)*)?
                        Ok(Self::$variant $(($($item),*))? $({ $($field),* })?)
                    })*
                    number => Err($crate::journal::CodecError::Unknown { what: stringify!($name), number }),
                }
            }
        }
    };
}
pub(crate) use coded_enum;

impl Coded for u128 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut value = *self;
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut value = 0u128;
        for shift in (0..Self::BITS).step_by(7) {
            let byte = from.byte()?;
            let bits = Self::from(byte & 0x7f);
            // The nineteenth byte has room for two bits.
            if shift == 126 && bits > 3 {
                return Err(CodecError::OutOfRange("an integer"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let is_padded = byte == 0 && shift > 0;
                return if is_padded { Err(CodecError::NotCanonical) } else { Ok(value) };
            }
        }
        Err(CodecError::OutOfRange("an integer"))
    }
}

impl Coded for i128 {
    fn put(&self, out: &mut Vec<u8>) {
        ((self << 1) ^ (self >> 127)).cast_unsigned().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        let folded = u128::take(from)?;
        Ok((folded >> 1).cast_signed() ^ -((folded & 1).cast_signed()))
    }
}

macro_rules! coded_as {
    ($wide:ty: $($narrow:ty),+) => {
        $(impl Coded for $narrow {
            #[inline]
            fn put(&self, out: &mut Vec<u8>) {
                <$wide>::from(*self).put(out);
            }

            #[inline]
            fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
                Self::try_from(<$wide>::take(from)?).map_err(|_| CodecError::OutOfRange("an integer"))
            }
        })+
    };
}

coded_as!(u128: u8, u16, u32, u64);
coded_as!(i128: i32, i64);

impl Coded for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        Self::try_from(u64::take(from)?).map_err(|_| CodecError::OutOfRange("an integer"))
    }
}

impl Coded for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::OutOfRange("a flag")),
        }
    }
}

impl Coded for String {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        let length = usize::try_from(u64::take(from)?).map_err(|_| CodecError::CutOff)?;
        let text = core::str::from_utf8(from.bytes(length)?);
        text.map(str::to_owned).map_err(|_| CodecError::OutOfRange("a text"))
    }
}

impl<T: Coded> Coded for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        if bool::take(from)? { T::take(from).map(Some) } else { Ok(None) }
    }
}

impl<T: Coded> Coded for Box<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        T::take(from).map(Self::new)
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        for item in self {
            item.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        let length = usize::try_from(u64::take(from)?).map_err(|_| CodecError::CutOff)?;
        // Every item has a byte at least, so a damaged length cannot make us take memory.
        if length > from.remaining() {
            return Err(CodecError::CutOff);
        }
        (0..length).map(|_| T::take(from)).collect()
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(value: &impl Coded) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        bytes
    }

    #[track_caller]
    fn check<T: Coded + PartialEq + core::fmt::Debug>(value: &T, expected: &[u8]) {
        assert_eq!(bytes_of(value), expected, "{value:?}");
        assert_eq!(Reader::new(expected, 1).whole::<T>().as_ref(), Ok(value));
    }

    #[test]
    fn each_value_has_its_bytes() {
        check(&0u64, &[0]);
        check(&300u64, &[0xac, 0x02]);
        check(&-1i64, &[1]);
        check(&1i64, &[2]);
        check(&"ab".to_owned(), &[2, b'a', b'b']);
        check(&Some(5u32), &[1, 5]);
        check(&None::<u32>, &[0]);
        check(&vec![1u8, 2], &[2, 1, 2]);
        for value in [i128::MIN, i128::MAX, i128::from(i64::MIN), 0] {
            let bytes = bytes_of(&value);
            assert_eq!(Reader::new(&bytes, 1).whole(), Ok(value));
        }
    }

    #[test]
    fn anything_else_is_an_error() {
        fn check<T: Coded + PartialEq + core::fmt::Debug>(bytes: &[u8], expected: CodecError) {
            assert_eq!(Reader::new(bytes, 1).whole::<T>(), Err(expected), "{bytes:?}");
        }
        check::<u64>(&[], CodecError::CutOff);
        check::<u64>(&[0x80], CodecError::CutOff);
        check::<u64>(&[0x80, 0], CodecError::NotCanonical);
        check::<u64>(&[0, 0], CodecError::TooLong(1));
        check::<u8>(&[0x80, 2], CodecError::OutOfRange("an integer"));
        check::<u128>(&[0xff; 18], CodecError::CutOff);
        check::<u128>(&[0xff; 19], CodecError::OutOfRange("an integer"));
        check::<bool>(&[2], CodecError::OutOfRange("a flag"));
        check::<String>(&[2, b'a'], CodecError::CutOff);
        check::<String>(&[1, 0xff], CodecError::OutOfRange("a text"));
        // A length that the bytes do not hold takes no memory.
        check::<Vec<u64>>(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1], CodecError::CutOff);
    }

    proptest! {
        #[test]
        fn integers_come_back(value in any::<i128>(), small in any::<i64>(), plain in any::<u64>()) {
            prop_assert_eq!(Reader::new(&bytes_of(&value), 1).whole(), Ok(value));
            prop_assert_eq!(Reader::new(&bytes_of(&small), 1).whole(), Ok(small));
            prop_assert_eq!(Reader::new(&bytes_of(&plain), 1).whole(), Ok(plain));
        }

        /// Whatever is read back from any bytes is encoded as just these bytes.
        #[test]
        fn there_is_one_encoding(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            if let Ok(value) = Reader::new(&bytes, 1).whole::<(i128, Option<String>)>() {
                prop_assert_eq!(bytes_of(&value), bytes);
            }
        }
    }
}
