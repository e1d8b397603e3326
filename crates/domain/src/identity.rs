//! Who may do what: roles of users, and the scopes that a request needs.

/// What a user is to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Looks at its own, changes nothing.
    Viewer,
    /// Has accounts and places orders.
    Trader,
    /// Runs the server: users, audit, configuration, recordings and the simulated venue.
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Trader, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Trader => "trader",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub const fn scopes(self) -> Scopes {
        match self {
            Self::Viewer => Scopes(Scope::Read.bit()),
            Self::Trader => Scopes(Scope::Read.bit() | Scope::Trade.bit()),
            Self::Admin => Scopes::ALL,
        }
    }
}

/// What a request may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// To see what is one's own.
    Read,
    /// To change it.
    Trade,
    /// To see and change what is everybody's.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Trade, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Trade => "trade",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes. None of them implies another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u8);

impl Scopes {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(Scope::Read.bit() | Scope::Trade.bit() | Scope::Admin.bit());

    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// As it is kept: names with commas between them.
    pub fn to_text(self) -> String {
        let names: Vec<&str> = self.iter().map(Scope::as_str).collect();
        names.join(",")
    }

    /// `None` when one of the names is unknown.
    pub fn from_text(text: &str) -> Option<Self> {
        let names = text.split(',').filter(|name| !name.is_empty());
        names.map(Scope::parse).try_fold(Self::NONE, |scopes, scope| scope.map(|scope| scopes.with(scope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_what_the_one_below_it_has() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0].scopes().is_within(pair[1].scopes()), "{pair:?}");
            assert!(!pair[1].scopes().is_within(pair[0].scopes()), "{pair:?}");
        }
        assert!(!Role::Viewer.scopes().has(Scope::Trade));
        assert!(!Role::Trader.scopes().has(Scope::Admin));
    }

    #[test]
    fn scopes_are_kept_as_text() {
        for bits in 0..8 {
            let scopes = Scopes(bits);
            assert_eq!(Scopes::from_text(&scopes.to_text()), Some(scopes));
        }
        assert_eq!(Scopes::from_text("read,own"), None);
    }
}
