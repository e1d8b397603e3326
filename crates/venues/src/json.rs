//! Reading JSON without building it: elements are handed on as they are met, and text is borrowed.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::DecodeError;

/// An array that nearly always has one element, which then needs no allocation.
#[derive(Debug)]
pub struct Batch<T> {
    first: Option<T>,
    rest: Vec<T>,
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { first: None, rest: Vec::new() }
    }
}

impl<T> Batch<T> {
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    pub fn is_single(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Batch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
            type Value = Batch<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Batch<T>, A::Error> {
                let first = elements.next_element()?;
                let mut rest = Vec::new();
                while let Some(element) = elements.next_element()? {
                    rest.push(element);
                }
                Ok(Batch { first, rest })
            }
        }

        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

/// For `deserialize_with`: a field that may be missing, but is taken as it is, `null` included, when
/// it is there.
pub fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Hands each element of a JSON array to `take`, which may stop it with an error of its own.
pub fn for_each<'a, T: Deserialize<'a>>(
    array: &'a RawValue,
    take: impl FnMut(T) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    struct Elements<'t, F, T> {
        take: F,
        stopped: &'t mut Option<DecodeError>,
        element: PhantomData<T>,
    }

    impl<'de, F, T> Visitor<'de> for Elements<'_, F, T>
    where
        T: Deserialize<'de>,
        F: FnMut(T) -> Result<(), DecodeError>,
    {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
            while let Some(element) = elements.next_element::<T>()? {
                if let Err(error) = (self.take)(element) {
                    *self.stopped = Some(error);
                    return Err(serde::de::Error::custom("stopped"));
                }
            }
            Ok(())
        }
    }

    let mut stopped = None;
    let mut json = serde_json::Deserializer::from_str(array.get());
    let read = json.deserialize_seq(Elements { take, stopped: &mut stopped, element: PhantomData });
    match (stopped, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_any_number_of_elements() {
        let read = |text: &str| -> Vec<u8> {
            let batch: Batch<u8> = serde_json::from_str(text).expect("an array");
            assert_eq!((batch.is_empty(), batch.is_single()), (text == "[]", batch.iter().count() < 2));
            batch.iter().copied().collect()
        };
        assert_eq!(read("[]"), [0u8; 0]);
        assert_eq!(read("[7]"), [7]);
        assert_eq!(read("[7,8,9]"), [7, 8, 9]);
        assert!(serde_json::from_str::<Batch<u8>>("null").is_err());
    }

    #[test]
    fn the_taker_can_stop_the_array_with_its_own_error() {
        let raw: &RawValue = serde_json::from_str("[1, 2, 3]").expect("JSON");
        let mut seen = Vec::new();
        let stopped = for_each(raw, |number: u8| {
            seen.push(number);
            if number == 2 { Err(DecodeError::Field("two")) } else { Ok(()) }
        });
        assert_eq!((stopped, seen), (Err(DecodeError::Field("two")), vec![1, 2]));
        assert!(matches!(for_each(raw, |_: &str| Ok(())), Err(DecodeError::Json(_))));
    }
}
