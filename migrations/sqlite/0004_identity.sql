-- Who may do what, and who did what. The same tables as in migrations/postgres, where the columns are explained.

create table users (
    user_no integer primary key,
    name text not null unique,
    password text not null,
    role text not null,
    is_disabled integer not null,
    created_us integer not null,
    updated_us integer not null
) strict;

create table user_logins (
    login_id text primary key,
    user_no integer not null,
    generation integer not null,
    address text not null,
    created_us integer not null,
    expires_us integer not null,
    ended_us integer
) strict, without rowid;

create index user_logins_user on user_logins (user_no, login_id);
create index user_logins_ended on user_logins (ended_us);
create index user_logins_expiry on user_logins (expires_us);

create table api_keys (
    key_id text primary key,
    user_no integer not null,
    kind text not null,
    label text not null,
    scopes text not null,
    account text,
    material text not null,
    created_us integer not null,
    expires_us integer,
    revoked_us integer
) strict, without rowid;

create index api_keys_user on api_keys (user_no, key_id);

create table audit (
    audit_id text primary key,
    ts_us integer not null,
    trace_id text not null,
    address text not null,
    user_no integer,
    user_name text not null,
    proof text not null,
    action text not null,
    target text not null,
    status integer not null,
    code text not null
) strict, without rowid;

create index audit_user on audit (user_no, audit_id);

create trigger audit_is_not_updated before update on audit
begin
    select raise(abort, 'audit is append-only');
end;

create trigger audit_is_not_deleted before delete on audit
begin
    select raise(abort, 'audit is append-only');
end;
