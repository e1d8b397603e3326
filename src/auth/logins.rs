//! Users and their logins: sign up, log in, renew, log out.

use std::net::IpAddr;
use std::sync::Arc;

use marketd_actors::clock;
use marketd_actors::peers::peer_of;
use marketd_actors::session::{Identity, Proof, Revoked};
use marketd_bus::{Allowance, Key, RateLimit};
use marketd_domain::Timestamp;
use marketd_domain::identity::Role;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_store::identity::{ApiKeyRow, AuditFilter, AuditRow, LoginRow, NewUser, UserRow};

use super::secrets::{hex, random};
use super::tokens::{Audience, Refresh};
use super::{Auth, Refusal, unavailable};

const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=32;
/// In characters. The upper bound is for us: what is hashed is held.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=256;
/// Names that mean something here.
const TAKEN: [&str; 3] = ["dev", "anonymous", "system"];

/// What guesses are counted by.
#[derive(Debug, Clone, Copy)]
pub enum Try<'a> {
    SignUp,
    /// With this name, or another password for it.
    LogIn(&'a str),
}

/// A login that was opened or renewed.
pub struct LoggedIn {
    pub identity: Identity,
    pub access_token: String,
    pub refresh_token: String,
    pub refresh_expires: Timestamp,
}

fn bad(message: String) -> Refusal {
    (ErrorCode::BAD_REQUEST, message)
}

fn wrong() -> Refusal {
    (ErrorCode::UNAUTHENTICATED, "unknown user or wrong password".to_owned())
}

/// A user's name, in the one way it is written.
pub fn name_of(text: &str) -> Result<String, Refusal> {
    let name = text.to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let begins_plainly = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !NAME_LENGTH.contains(&name.len()) || !begins_plainly || !name.bytes().all(is_plain) {
        let (least, most) = (NAME_LENGTH.start(), NAME_LENGTH.end());
        return Err(bad(format!(
            "name is {least} to {most} letters, digits, '.', '_' or '-', and begins with one of the first two"
        )));
    }
    if TAKEN.contains(&name.as_str()) {
        return Err((ErrorCode::NAME_TAKEN, format!("the name {name:?} is not to be had")));
    }
    Ok(name)
}

pub fn password_of(text: String) -> Result<String, Refusal> {
    if PASSWORD_LENGTH.contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(bad(format!("password is {} to {} characters long", PASSWORD_LENGTH.start(), PASSWORD_LENGTH.end())))
}

fn role_of(user: &UserRow) -> Role {
    Role::parse(&user.role).unwrap_or_else(|| {
        tracing::error!(user = %user.user, role = user.role, "a user has an unknown role, and is a viewer for now");
        Role::Viewer
    })
}

impl Auth {
    /// Makes a user and logs it in. The first one is the administrator.
    pub async fn sign_up(&self, name: &str, password: String, from: IpAddr) -> Result<LoggedIn, Refusal> {
        if !self.signup.is_on() {
            return Err((ErrorCode::FORBIDDEN, "new users are not taken here".to_owned()));
        }
        let (name, password) = (name_of(name)?, password_of(password)?);
        let store = self.writable()?;
        let user = NewUser {
            name,
            password: self.passwords.hash(password).await?,
            role: self.settings.default_role.as_str().to_owned(),
            first_role: Role::Admin.as_str().to_owned(),
            created: clock::now(),
        };
        match store.create_user(&user).await.map_err(unavailable)? {
            Some(user) => self.open_login(&user, from).await,
            None => Err((ErrorCode::NAME_TAKEN, format!("the name {:?} is taken", user.name))),
        }
    }

    /// The answer to a wrong name takes as long as to a wrong password, and says the same.
    pub async fn log_in(&self, name: &str, password: String, from: IpAddr) -> Result<LoggedIn, Refusal> {
        let name = name.to_ascii_lowercase();
        if !NAME_LENGTH.contains(&name.len()) || password.chars().count() > *PASSWORD_LENGTH.end() {
            return Err(wrong());
        }
        let user = self.store()?.user_named(&name).await.map_err(unavailable)?;
        let hashed = user.as_ref().map(|user| user.password.clone());
        let is_it = self.passwords.verify(password, hashed).await?;
        match user.filter(|user| is_it && !user.is_disabled) {
            Some(user) => self.open_login(&user, from).await,
            None => Err(wrong()),
        }
    }

    /// Guessing is slow: so many tries a minute for a name and an address together, so that nobody locks others out. To sign up it
    /// is an address. `None`: it may be tried.
    pub async fn too_soon(&self, try_of: Try<'_>, from: IpAddr) -> Option<(RateLimit, Allowance)> {
        let limit = self.settings.logins?;
        let from = peer_of(from);
        let key = match try_of {
            Try::SignUp => format!("signup:{from}"),
            Try::LogIn(name) => format!("login:{}:{from}", name.to_ascii_lowercase()),
        };
        // A bus that cannot answer refuses nobody; what is no key is nobody's name.
        let allowance = self.ground.bus.take(&Key::new(key).ok()?, limit).await.ok()?;
        (!allowance.allowed).then_some((limit, allowance))
    }

    async fn open_login(&self, user: &UserRow, from: IpAddr) -> Result<LoggedIn, Refusal> {
        let now = clock::now();
        let login = LoginRow {
            login_id: hex(&random::<16>()),
            user: user.user,
            generation: 0,
            address: from.to_string(),
            created: now,
            expires: self.refresh_expires(now),
            ended: None,
        };
        self.writable()?.open_login(&login).await.map_err(unavailable)?;
        self.logged_in(user, &login, now)
    }

    fn refresh_expires(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_micros(now.micros().saturating_add(self.settings.refresh_s.saturating_mul(1_000_000)))
    }

    fn logged_in(&self, user: &UserRow, login: &LoginRow, now: Timestamp) -> Result<LoggedIn, Refusal> {
        let role = role_of(user);
        let expires = now.micros().saturating_add(self.settings.access_s.saturating_mul(1_000_000));
        let identity = Identity {
            user: user.user,
            name: user.name.as_str().into(),
            role,
            scopes: role.scopes(),
            account: None,
            proof: Proof::Login(login.login_id.as_str().into()),
            expires: Some(Timestamp::from_micros(expires)),
        };
        let access_token = self
            .tokens
            .issue(Audience::Api, &identity, now, self.settings.access_s)
            .ok_or_else(|| (ErrorCode::INTERNAL, "no token can be made".to_owned()))?;
        let refresh = Refresh { login_id: login.login_id.clone(), generation: login.generation };
        Ok(LoggedIn {
            identity,
            access_token,
            refresh_token: self.tokens.refresh_token(&refresh),
            refresh_expires: login.expires,
        })
    }

    /// A new pair of tokens for a refresh token, which is good once. One that comes again was stolen, from its user or by
    /// its user: the login ends for both.
    pub async fn renew(&self, token: &str) -> Result<LoggedIn, Refusal> {
        let invalid = || (ErrorCode::UNAUTHENTICATED, "the refresh token is not valid".to_owned());
        let Refresh { login_id, generation } = self.tokens.read_refresh(token).ok_or_else(invalid)?;
        let store = self.writable()?;
        let held = store.login(&login_id).await.map_err(unavailable)?.ok_or_else(invalid)?;
        let user = store.user(held.user).await.map_err(unavailable)?;
        let user = user.filter(|user| !user.is_disabled).ok_or_else(invalid)?;
        let now = clock::now();
        let renewed = LoginRow { generation, expires: self.refresh_expires(now), ..held };
        if store.renew_login(&renewed, now).await.map_err(unavailable)? {
            let next = LoginRow { generation: generation.saturating_add(1), ..renewed };
            return self.logged_in(&user, &next, now);
        }
        // Another renewal may have come between: so it is looked at again.
        let held = store.login(&login_id).await.map_err(unavailable)?.ok_or_else(invalid)?;
        if held.ended.is_none() && generation < held.generation {
            tracing::warn!(user = %user.user, login = login_id, "a refresh token came twice, the login ends");
            self.end_login(&login_id).await?;
        }
        Err(invalid())
    }

    /// Ends a login, and what was opened with it.
    pub async fn end_login(&self, login_id: &str) -> Result<(), Refusal> {
        self.writable()?.end_login(login_id, clock::now()).await.map_err(unavailable)?;
        self.revoke(&Revoked::Login(Arc::from(login_id)));
        Ok(())
    }

    /// Ends a login by its refresh token; one that is not of ours is nothing to end.
    pub async fn end_login_of(&self, token: &str) -> Result<(), Refusal> {
        let invalid = || (ErrorCode::UNAUTHENTICATED, "the refresh token is not valid".to_owned());
        let refresh = self.tokens.read_refresh(token).ok_or_else(invalid)?;
        self.end_login(&refresh.login_id).await
    }

    /// Takes over what was changed of a user; whatever it has open ends, since it was opened as somebody else.
    pub async fn change_user(&self, user: &UserRow) -> Result<(), Refusal> {
        let store = self.writable()?;
        let now = clock::now();
        if !store.change_user(user).await.map_err(unavailable)? {
            return Err((ErrorCode::NOT_FOUND, format!("there is no user {:?}", user.name)));
        }
        store.end_logins(user.user, now).await.map_err(unavailable)?;
        self.revoke(&Revoked::User(user.user));
        Ok(())
    }

    /// Another password, for whoever knows the one before.
    pub async fn change_password(
        &self,
        identity: &Identity,
        (old, new): (String, String),
    ) -> Result<(), Refusal> {
        let new = password_of(new)?;
        let user = self.store()?.user(identity.user).await.map_err(unavailable)?;
        let mut user = user.ok_or_else(|| bad("this user has no password".to_owned()))?;
        if !self.passwords.verify(old, Some(user.password.clone())).await? {
            return Err((ErrorCode::FORBIDDEN, "the old password is another".to_owned()));
        }
        user.password = self.passwords.hash(new).await?;
        user.updated = clock::now();
        self.change_user(&user).await
    }

    pub async fn users(&self, after: UserNo, limit: u32) -> Result<Vec<UserRow>, Refusal> {
        self.store()?.users(after, limit).await.map_err(unavailable)
    }

    pub async fn user_named(&self, name: &str) -> Result<Option<UserRow>, Refusal> {
        self.store()?.user_named(&name.to_ascii_lowercase()).await.map_err(unavailable)
    }

    pub async fn audit_rows(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, Refusal> {
        self.store()?.audit(filter, limit).await.map_err(unavailable)
    }

    /// All keys of a user, the revoked ones too.
    pub async fn keys_of(&self, user: UserNo) -> Result<Vec<ApiKeyRow>, Refusal> {
        self.store()?.api_keys(user).await.map_err(unavailable)
    }

    /// Whether there is such a key, whoever has it.
    pub async fn is_key(&self, key_id: &str) -> Result<bool, Refusal> {
        Ok(self.store()?.api_key(key_id).await.map_err(unavailable)?.is_some())
    }

    pub async fn add_key(&self, made: &super::MadeKey) -> Result<(), Refusal> {
        self.writable()?.add_api_key(&made.row).await.map_err(unavailable)
    }

    /// `false`: the user has no such key.
    pub async fn revoke_key(&self, identity: &Identity, key_id: &str) -> Result<bool, Refusal> {
        let revoked = self.writable()?.revoke_api_key(identity.user, key_id, clock::now()).await;
        let is_revoked = revoked.map_err(unavailable)?;
        if is_revoked {
            self.revoke(&Revoked::ApiKey(Arc::from(key_id)));
        }
        Ok(is_revoked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_have_one_spelling() {
        assert_eq!(name_of("Al.ice-2_x").expect("a name"), "al.ice-2_x");
        for name in ["", "a", "-ab", ".ab", "a b", "a/b", "\u{e9}ve", "a\n", &"a".repeat(33)] {
            assert_eq!(name_of(name).expect_err(name).0, ErrorCode::BAD_REQUEST);
        }
        assert_eq!(name_of("Dev").expect_err("ours").0, ErrorCode::NAME_TAKEN);
    }

    #[test]
    fn passwords_have_a_length() {
        for (length, is_taken) in [(9, false), (10, true), (256, true), (257, false)] {
            for character in ["a", "\u{e9}", "\u{1f40e}"] {
                assert_eq!(password_of(character.repeat(length)).is_ok(), is_taken, "{length} {character}");
            }
        }
    }
}
