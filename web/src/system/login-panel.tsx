/** Who uses this page, to the server. */

import { useState, type FormEvent } from "react";
import { useAction } from "../lib/action.ts";
import { logIn, logOut } from "../lib/login.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Wrong } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Panel } from "../ui/panel.tsx";

const EVERY_MS = 30_000;

export function LoginPanel() {
  const { zone } = useSettings();
  const { data: profile } = usePoll(route("/api/v1/me"), EVERY_MS);
  const { isBusy, error, run } = useAction(() => {});
  const isOpen = profile?.proof === "open";
  return (
    <Panel title="Login">
      {profile && !isOpen && (
        <div className="pad buttons">
          <span>
            Logged in as <strong>{profile.user}</strong>, {profile.role}: {profile.scopes.join(", ")}
            {profile.expires_at !== null && (
              <span className="note"> renewed before {formatDateTime(profile.expires_at, zone)}</span>
            )}
          </span>
          <button type="button" disabled={isBusy} onClick={() => run(logOut)}>
            Log out
          </button>
          <Wrong error={error} />
        </div>
      )}
      {isOpen && (
        <p className="note pad">
          This server is open to its own machine: without a login you are {profile.user}, and may do everything.
        </p>
      )}
      {(!profile || isOpen) && <LoginForm />}
    </Panel>
  );
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{1,31}$/;
const PASSWORD_LEAST = 10;

function LoginForm() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, error, run } = useAction(() => setPassword(""));
  const problems = {
    name: NAME.test(name) ? undefined : "2 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first",
    password: password.length >= PASSWORD_LEAST ? undefined : `At least ${PASSWORD_LEAST} characters`,
  };
  const enter = (isNew: boolean): void => {
    setTried(true);
    if (problems.name || problems.password) return;
    run(() => logIn(name, password, isNew));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enter(false);
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Log in" className="panel-form">
      <Field
        label="Name"
        autoComplete="username"
        maxLength={64}
        value={name}
        problem={isTried ? problems.name : undefined}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={password}
        problem={isTried ? problems.password : undefined}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Wrong error={error} />
      <span className="buttons">
        <button type="submit" className="primary" disabled={isBusy}>
          Log in
        </button>
        <button type="button" disabled={isBusy} onClick={() => enter(true)}>
          Sign up
        </button>
      </span>
    </form>
  );
}
