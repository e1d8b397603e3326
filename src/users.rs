//! `marketd user`: users made and changed past the server, in its store. For the first administrator, and for one whose password
//! is lost: whoever can read the store may do this anyway.
//!
//! Servers on that store hear of it within seconds: they look for logins that ended (see `auth`).

use anyhow::{Context, bail};
use clap::Subcommand;
use marketd_actors::clock;
use marketd_domain::identity::Role;
use marketd_domain::ledger::UserNo;
use marketd_store::Store;
use marketd_store::identity::{NewUser, UserRow};

use crate::auth::{self, Passwords};
use crate::config::Config;
use crate::password;

/// So many rows are read at once.
const PAGE: u32 = 500;

#[derive(Subcommand, Debug)]
pub enum Request {
    /// Print all users
    List,
    /// Make a user; its password is asked for, or read from standard input
    Add {
        name: String,
        /// viewer, trader or admin; the first user of a store is admin
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Give a user another password, which is asked for, or read from standard input
    Password { name: String },
    /// Give a user another role: viewer, trader or admin
    Role {
        name: String,
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Keep a user, with its keys, out
    Disable { name: String },
    /// Let a user in again
    Enable { name: String },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "not one of viewer, trader, admin".to_owned())
}

/// Does it, and says what was done.
pub async fn run(config: &Config, request: Request) -> anyhow::Result<String> {
    let opened = marketd_store::open(&config.store_url(), config.store.options()).await?;
    let store = opened.store;
    let done = carry_out(&*store, config, request).await;
    store.close().await;
    done
}

async fn carry_out(store: &dyn Store, config: &Config, request: Request) -> anyhow::Result<String> {
    match request {
        Request::List => list(store).await,
        Request::Add { name, role } => add(store, config, &name, role).await,
        Request::Password { name } => {
            let mut user = named(store, &name).await?;
            user.password = hash(config, &user.name).await?;
            change(store, user, "password").await
        }
        Request::Role { name, role } => {
            let user = named(store, &name).await?;
            change(store, UserRow { role: role.as_str().to_owned(), ..user }, "role").await
        }
        Request::Disable { name } => {
            let user = named(store, &name).await?;
            change(store, UserRow { is_disabled: true, ..user }, "disable").await
        }
        Request::Enable { name } => {
            let user = named(store, &name).await?;
            change(store, UserRow { is_disabled: false, ..user }, "enable").await
        }
    }
}

async fn list(store: &dyn Store) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    let mut after = UserNo::new(0);
    loop {
        let page = store.users(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.user;
        lines.extend(page.iter().map(shown));
    }
    Ok(if lines.is_empty() { "there are no users yet".to_owned() } else { lines.join("\n") })
}

fn shown(user: &UserRow) -> String {
    let state = if user.is_disabled { ", disabled" } else { "" };
    format!("{}: {}{state}", user.name, user.role)
}

async fn add(store: &dyn Store, config: &Config, name: &str, role: Option<Role>) -> anyhow::Result<String> {
    let name = auth::name_of(name).map_err(told)?;
    // Before anything is typed.
    if store.user_named(&name).await?.is_some() {
        bail!("the name {name:?} is taken");
    }
    let default_role = config.auth_settings()?.default_role;
    let user = NewUser {
        password: hash(config, &name).await?,
        name,
        role: role.unwrap_or(default_role).as_str().to_owned(),
        first_role: role.unwrap_or(Role::Admin).as_str().to_owned(),
        created: clock::now(),
    };
    let made =
        store.create_user(&user).await?.with_context(|| format!("the name {:?} is taken", user.name))?;
    auth::note_at_console(store, "add", &made).await?;
    Ok(shown(&made))
}

async fn named(store: &dyn Store, name: &str) -> anyhow::Result<UserRow> {
    let found = store.user_named(&name.to_ascii_lowercase()).await?;
    found.with_context(|| format!("there is no user {name:?}"))
}

async fn change(store: &dyn Store, user: UserRow, what: &str) -> anyhow::Result<String> {
    let user = UserRow { updated: clock::now(), ..user };
    if !store.change_user(&user).await? {
        bail!("there is no user {:?} any more", user.name);
    }
    auth::end_at_console(store, &user).await?;
    auth::note_at_console(store, what, &user).await?;
    Ok(format!("{}; its logins have ended", shown(&user)))
}

async fn hash(config: &Config, name: &str) -> anyhow::Result<String> {
    let password = auth::password_of(password::read(name)?).map_err(told)?;
    let passwords = Passwords::new(&config.auth_settings()?.hashing)
        .context("auth.hash_memory_kib: argon2 cannot work with it")?;
    passwords.hash(password).await.map_err(told)
}

fn told((_, message): auth::Refusal) -> anyhow::Error {
    anyhow::anyhow!(message)
}
