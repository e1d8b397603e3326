-- Who may do what, and who did what. Times are microseconds since the Unix epoch, UTC.

create table users (
    user_no bigint primary key,
    -- Lower case.
    name text not null unique,
    -- An argon2id hash in the PHC format, with its own salt and parameters.
    password text not null,
    role text not null,
    is_disabled bigint not null,
    created_us bigint not null,
    updated_us bigint not null
);

-- A login and what has become of its refresh token: each renewal is a generation, and only the last is good.
create table user_logins (
    login_id text primary key,
    user_no bigint not null,
    generation bigint not null,
    address text not null,
    created_us bigint not null,
    expires_us bigint not null,
    ended_us bigint
);

create index user_logins_user on user_logins (user_no, login_id);
create index user_logins_ended on user_logins (ended_us);
create index user_logins_expiry on user_logins (expires_us);

create table api_keys (
    key_id text primary key,
    user_no bigint not null,
    kind text not null,
    label text not null,
    scopes text not null,
    -- The only account it may use; null: any of the user's.
    account text,
    -- Of hmac-sha256 the sealed secret, of ed25519 the public key; base64.
    material text not null,
    created_us bigint not null,
    expires_us bigint,
    revoked_us bigint
);

create index api_keys_user on api_keys (user_no, key_id);

-- Rows are added and nothing else: the database itself refuses the rest.
create table audit (
    -- Rises with time, also over nodes as far as their clocks agree.
    audit_id text primary key,
    ts_us bigint not null,
    trace_id text not null,
    address text not null,
    -- Null: nobody was recognized.
    user_no bigint,
    user_name text not null,
    -- How the user was recognized, with the login or key.
    proof text not null,
    action text not null,
    target text not null,
    -- An HTTP status.
    status bigint not null,
    -- The error code, empty for a success.
    code text not null
);

create index audit_user on audit (user_no, audit_id);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit is append-only';
end
$$;

create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only();
