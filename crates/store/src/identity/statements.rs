//! What both databases understand alike.

/// Of two that are made at once one meets the other's number, changes nothing and is tried again; so only one is the first.
pub(super) const CREATE_USER: &str = "
    insert into users (user_no, name, password, role, is_disabled, created_us, updated_us)
    select coalesce(max(user_no), 0) + 1, $1, $2, case when count(*) = 0 then $3 else $4 end, 0, $5, $5
    from users where true
    on conflict do nothing";

pub(super) const USER_NAMED: &str = " where name = $1";
pub(super) const USER: &str = " where user_no = $1";
pub(super) const USERS: &str = " where user_no > $1 order by user_no limit $2";

pub(super) const CHANGE_USER: &str = "
    update users set password = $2, role = $3, is_disabled = $4, updated_us = $5 where user_no = $1";

pub(super) const LOGIN: &str = " where login_id = $1";

pub(super) const RENEW_LOGIN: &str = "
    update user_logins set generation = generation + 1, expires_us = $3
    where login_id = $1 and generation = $2 and ended_us is null and expires_us > $4";

pub(super) const END_LOGIN: &str =
    "update user_logins set ended_us = $2 where login_id = $1 and ended_us is null";

pub(super) const END_LOGINS: &str =
    "update user_logins set ended_us = $2 where user_no = $1 and ended_us is null";

pub(super) const LOGINS_ENDED: &str = " where ended_us >= $1 order by ended_us desc limit $2";

pub(super) const FORGET_LOGINS: &str = "delete from user_logins where expires_us < $1";

pub(super) const API_KEY: &str = " where key_id = $1";
pub(super) const API_KEYS: &str = " where user_no = $1 order by created_us, key_id";

pub(super) const REVOKE_API_KEY: &str = "
    update api_keys set revoked_us = $3 where user_no = $1 and key_id = $2 and revoked_us is null";

/// A user of -1, an empty action and an id above all others are no conditions.
pub(super) const AUDIT: &str = "
    where audit_id < $1 and ($2 = -1 or user_no = $2) and substr(action, 1, length($3)) = $3
    order by audit_id desc limit $4";
