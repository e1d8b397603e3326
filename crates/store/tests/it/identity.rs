//! What every store does with users, logins, keys and the audit, run against both.

use std::sync::Arc;

use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;
use marketd_store::Store;
use marketd_store::identity::{ApiKeyRow, AuditFilter, AuditRow, LoginRow, NewUser};

use crate::support::{Database, MIDNIGHT_US, at};

contract! {
    only_the_first_user_gets_the_first_role,
    users_made_at_once_get_numbers_of_their_own,
    a_name_is_taken_once,
    a_user_changes_and_nobody_else_does,
    a_login_is_renewed_by_its_generation_only,
    ended_logins_stay_ended_and_are_found,
    a_key_comes_back_exactly_and_is_revoked_once,
    the_audit_has_each_row_once_and_pages_without_a_seam,
    the_audit_takes_no_changes,
}

fn now() -> Timestamp {
    at(MIDNIGHT_US)
}

fn new_user(name: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        password: format!("hash of {name}"),
        role: "trader".to_owned(),
        first_role: "admin".to_owned(),
        created: now(),
    }
}

async fn create(store: &dyn Store, name: &str) -> UserNo {
    store.create_user(&new_user(name)).await.expect("a store").expect("a free name").user
}

async fn only_the_first_user_gets_the_first_role(database: &Database) {
    let store = &*database.store;
    for (name, user, role) in [("a", 1, "admin"), ("b", 2, "trader"), ("c", 3, "trader")] {
        let made = store.create_user(&new_user(name)).await.expect("a store").expect("a free name");
        assert_eq!((made.user, made.role.as_str()), (UserNo::new(user), role));
        assert_eq!(store.user_named(name).await.expect("a read"), Some(made.clone()));
        assert_eq!(store.user(made.user).await.expect("a read"), Some(made));
    }
    assert_eq!(store.user(UserNo::new(4)).await.expect("a read"), None);
    let listed = store.users(UserNo::new(1), 1).await.expect("a read");
    assert_eq!(listed.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["b"]);
}

async fn users_made_at_once_get_numbers_of_their_own(database: &Database) {
    let made: Vec<_> = (0..6)
        .map(|number| {
            let store: Arc<dyn Store> = database.store.clone();
            tokio::spawn(async move { store.create_user(&new_user(&format!("u{number}"))).await })
        })
        .collect();
    let mut users = Vec::new();
    for made in made {
        users.push(made.await.expect("a task").expect("a store").expect("a free name"));
    }
    let mut numbers: Vec<u32> = users.iter().map(|user| user.user.get()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert_eq!(users.iter().filter(|user| user.role == "admin").count(), 1);
}

async fn a_name_is_taken_once(database: &Database) {
    create(&*database.store, "a").await;
    let other = NewUser { password: "another".to_owned(), ..new_user("a") };
    assert_eq!(database.store.create_user(&other).await.expect("a store"), None);
    let held = database.store.user_named("a").await.expect("a read").expect("the first");
    assert_eq!(held.password, "hash of a");
}

async fn a_user_changes_and_nobody_else_does(database: &Database) {
    let store = &*database.store;
    create(store, "a").await;
    create(store, "b").await;
    let mut user = store.user_named("b").await.expect("a read").expect("b");
    user.role = "viewer".to_owned();
    user.is_disabled = true;
    user.updated = at(MIDNIGHT_US + 5);
    assert!(store.change_user(&user).await.expect("a store"));
    assert_eq!(store.user_named("b").await.expect("a read"), Some(user.clone()));
    let other = store.user_named("a").await.expect("a read").expect("a");
    assert_eq!((other.role.as_str(), other.is_disabled), ("admin", false));
    user.user = UserNo::new(9);
    assert!(!store.change_user(&user).await.expect("a store"));
}

fn login(login_id: &str, user: u32) -> LoginRow {
    LoginRow {
        login_id: login_id.to_owned(),
        user: UserNo::new(user),
        generation: 0,
        address: "127.0.0.1".to_owned(),
        created: now(),
        expires: at(MIDNIGHT_US + 1_000),
        ended: None,
    }
}

async fn a_login_is_renewed_by_its_generation_only(database: &Database) {
    let store = &*database.store;
    store.open_login(&login("a", 1)).await.expect("a store");
    let renewed = LoginRow { expires: at(MIDNIGHT_US + 2_000), ..login("a", 1) };
    assert!(store.renew_login(&renewed, now()).await.expect("a store"));
    assert!(!store.renew_login(&renewed, now()).await.expect("a store"), "the generation is used up");
    let held = store.login("a").await.expect("a read").expect("the login");
    assert_eq!((held.generation, held.expires), (1, at(MIDNIGHT_US + 2_000)));
    assert!(!store.renew_login(&held, at(MIDNIGHT_US + 2_000)).await.expect("a store"), "it has expired");
    assert!(store.end_login("a", now()).await.expect("a store"));
    assert!(!store.renew_login(&held, now()).await.expect("a store"), "it has ended");
    assert_eq!(store.login("b").await.expect("a read"), None);
    assert_eq!(store.forget_logins(at(MIDNIGHT_US + 2_000)).await.expect("a store"), 0);
    assert_eq!(store.forget_logins(at(MIDNIGHT_US + 2_001)).await.expect("a store"), 1);
}

async fn ended_logins_stay_ended_and_are_found(database: &Database) {
    let store = &*database.store;
    for (login_id, user) in [("a", 1), ("b", 1), ("c", 2), ("d", 1)] {
        store.open_login(&login(login_id, user)).await.expect("a store");
    }
    assert!(store.end_login("d", at(5)).await.expect("a store"));
    assert!(!store.end_login("d", at(7)).await.expect("a store"), "it has ended");
    assert_eq!(store.end_logins(UserNo::new(1), at(9)).await.expect("a store"), 2);
    let ended = |rows: Vec<LoginRow>| {
        let mut names: Vec<String> = rows.into_iter().map(|row| row.login_id).collect();
        names.sort();
        names
    };
    assert_eq!(ended(store.logins_ended(at(6), 10).await.expect("a read")), ["a", "b"]);
    assert_eq!(ended(store.logins_ended(at(0), 10).await.expect("a read")), ["a", "b", "d"]);
    assert_eq!(store.login("c").await.expect("a read").expect("c").ended, None);
}

async fn a_key_comes_back_exactly_and_is_revoked_once(database: &Database) {
    let store = &*database.store;
    let key = ApiKeyRow {
        key_id: "k1".to_owned(),
        user: UserNo::new(1),
        kind: "ed25519".to_owned(),
        label: "it's \"mine\" \u{1f511}".to_owned(),
        scopes: "read,trade".to_owned(),
        account: Some("main".to_owned()),
        material: "AAAA".to_owned(),
        created: now(),
        expires: Some(at(MIDNIGHT_US + 9)),
        revoked: None,
    };
    let other = ApiKeyRow { key_id: "k2".to_owned(), account: None, expires: None, ..key.clone() };
    store.add_api_key(&key).await.expect("a store");
    store.add_api_key(&other).await.expect("a store");
    assert_eq!(store.api_key("k1").await.expect("a read"), Some(key.clone()));
    assert_eq!(store.api_key("k3").await.expect("a read"), None);
    assert!(!store.revoke_api_key(UserNo::new(2), "k1", now()).await.expect("a store"), "not theirs");
    assert!(store.revoke_api_key(UserNo::new(1), "k1", now()).await.expect("a store"));
    assert!(!store.revoke_api_key(UserNo::new(1), "k1", now()).await.expect("a store"), "it was before");
    let revoked = ApiKeyRow { revoked: Some(now()), ..key };
    assert_eq!(store.api_keys(UserNo::new(1)).await.expect("a read"), [revoked, other]);
    assert_eq!(store.api_keys(UserNo::new(2)).await.expect("a read"), []);
}

fn entry(number: i64) -> AuditRow {
    AuditRow {
        audit_id: format!("{number:032x}"),
        ts: at(MIDNIGHT_US + number),
        trace_id: "t".to_owned(),
        address: "::1".to_owned(),
        user: (number % 2 == 0).then(|| UserNo::new(7)),
        user_name: "someone".to_owned(),
        proof: "login".to_owned(),
        action: format!("POST /api/v1/orders{}", if number % 3 == 0 { "" } else { "/lists" }),
        target: "/api/v1/orders?a=%20".to_owned(),
        status: 403,
        code: "forbidden".to_owned(),
    }
}

async fn the_audit_has_each_row_once_and_pages_without_a_seam(database: &Database) {
    let store = &*database.store;
    let rows: Vec<AuditRow> = (0..7).map(entry).collect();
    store.write_audit(&rows[..4]).await.expect("a store");
    store.write_audit(&rows).await.expect("the outcome was not known, so all come again");
    store.write_audit(&[]).await.expect("nothing to do");
    let mut read = Vec::new();
    let mut filter = AuditFilter::default();
    loop {
        let page = store.audit(&filter, 3).await.expect("a read");
        let Some(last) = page.last() else { break };
        filter.before = Some(last.audit_id.clone());
        read.extend(page);
    }
    read.reverse();
    assert_eq!(read, rows);
    let of_user = AuditFilter { user: Some(UserNo::new(7)), ..AuditFilter::default() };
    assert_eq!(store.audit(&of_user, 10).await.expect("a read").len(), 4);
    let lists = AuditFilter { action: Some("POST /api/v1/orders/lists".to_owned()), ..of_user };
    assert_eq!(store.audit(&lists, 10).await.expect("a read").len(), 2);
}

async fn the_audit_takes_no_changes(database: &Database) {
    database.store.write_audit(&[entry(1)]).await.expect("a store");
    for statement in ["delete from audit", "update audit set status = 200"] {
        let refused = database.try_execute(statement).await.expect_err(statement);
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    let kept = database.store.audit(&AuditFilter::default(), 10).await.expect("a read");
    assert_eq!(kept, [entry(1)]);
}
