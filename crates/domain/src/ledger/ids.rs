//! Dense numbers of the sandbox: each indexes a vector, is given out in order and never reused.

macro_rules! dense_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            pub const fn get(self) -> u32 {
                self.0
            }

            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

dense_number!(
    /// An account in one of its versions: a reset closes an account and opens its successor.
    AccountNo
);
dense_number!(
    /// Who owns accounts. The edge knows users by name; here they are numbers.
    UserNo
);
dense_number!(
    /// An asset that balances are kept in.
    AssetNo
);
dense_number!(
    /// A market that sandbox orders may be placed in.
    MarketNo
);
