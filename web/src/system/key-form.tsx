/** What a new key is to be. */

import { useRef, useState, type FormEvent } from "react";
import { useAction } from "../lib/action.ts";
import type { ApiKey, ScopeName } from "../lib/api.ts";
import { send } from "../lib/rest.ts";
import { serverNow } from "../lib/server.ts";
import { useSettings } from "../lib/settings.ts";
import { fromField, toField } from "../lib/time.ts";
import { Wrong } from "../ui/dialog.tsx";
import { Choice, Field, TextArea } from "../ui/field.tsx";
import { problemOfPublicKey } from "./public-key.ts";

const KINDS = [
  ["ed25519", "Own Ed25519 key"],
  ["rsa-sha256", "Own RSA key"],
  ["hmac-sha256", "Secret made by the server"],
] as const;
const SCOPES: readonly [ScopeName, string][] = [
  ["read", "see what is one's own"],
  ["trade", "trade"],
  ["admin", "administer"],
];
const LABEL_BYTES = 64;
const PUBLIC_KEY_MAX = 1_200;

interface Wanted {
  label: string;
  kind: ApiKey["kind"];
  scopes: readonly ScopeName[];
  account: string;
  publicKey: string;
  /** Microseconds; `null` is never. */
  expiresAt: number | null;
}

const EMPTY: Wanted = {
  label: "",
  kind: "hmac-sha256",
  scopes: ["read"],
  account: "",
  publicKey: "",
  expiresAt: null,
};

function problemsOf({ label, kind, scopes, publicKey, expiresAt }: Wanted) {
  return {
    label: new TextEncoder().encode(label).length > LABEL_BYTES ? `At most ${LABEL_BYTES} bytes` : undefined,
    publicKey: kind === "hmac-sha256" ? undefined : problemOfPublicKey(kind, publicKey),
    expiresAt: expiresAt !== null && expiresAt <= serverNow() ? "This time is over" : undefined,
    scopes: scopes.length === 0 ? "A key that may do nothing is none" : undefined,
  };
}

const bodyOf = ({ label, kind, scopes, account, publicKey, expiresAt }: Wanted) => ({
  label,
  kind,
  scopes: [...scopes],
  ...(account === "" ? {} : { account }),
  ...(kind === "hmac-sha256" ? {} : { public_key: publicKey }),
  ...(expiresAt === null ? {} : { expires_at: expiresAt }),
});

export function KeyForm({ onMade }: { onMade: (key: ApiKey) => void }) {
  const { zone } = useSettings();
  const form = useRef<HTMLFormElement>(null);
  const [wanted, setWanted] = useState(EMPTY);
  const [isTried, setTried] = useState(false);
  const edit = (part: Partial<Wanted>): void => setWanted((held) => ({ ...held, ...part }));
  const { isBusy, error, run } = useAction(() => {
    edit({ label: "", publicKey: "" });
    setTried(false);
  });
  const problems = problemsOf(wanted);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.values(problems).some((problem) => problem !== undefined)) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    run(async () => onMade((await send("post", "/api/v1/api-keys", { body: bodyOf(wanted) })).data));
  };
  const { label, kind, scopes, account, publicKey, expiresAt } = wanted;
  return (
    <form ref={form} onSubmit={submit} noValidate aria-label="New key" className="panel-form">
      <div className="pair-of-fields">
        <Field
          label="Label"
          maxLength={LABEL_BYTES}
          value={label}
          problem={problems.label}
          onChange={(event) => edit({ label: event.target.value })}
        />
        <Choice label="Kind" value={kind} options={KINDS} onChoose={(kind) => edit({ kind })} />
      </div>
      {kind !== "hmac-sha256" && (
        <TextArea
          label={
            kind === "ed25519"
              ? "Public key, PEM or base64"
              : "Public key of 2048 to 4096 bits, PEM or its base64 alone"
          }
          rows={kind === "ed25519" ? 3 : 7}
          maxLength={PUBLIC_KEY_MAX}
          placeholder={"-----BEGIN PUBLIC KEY-----"}
          value={publicKey}
          problem={isTried || publicKey !== "" ? problems.publicKey : undefined}
          onChange={(event) => edit({ publicKey: event.target.value })}
        />
      )}
      <div className="pair-of-fields">
        <Field
          label="Only for the account"
          placeholder="any"
          maxLength={64}
          value={account}
          onChange={(event) => edit({ account: event.target.value.trim() })}
        />
        <Field
          label={zone === "utc" ? "Ends, UTC" : "Ends"}
          type="datetime-local"
          step="1"
          value={expiresAt === null ? "" : toField(expiresAt, zone)}
          problem={problems.expiresAt}
          onChange={(event) => edit({ expiresAt: fromField(event.target.value, zone) })}
        />
      </div>
      <span className="buttons" role="group" aria-label="May">
        {SCOPES.map(([scope, text]) => (
          <label key={scope} className="check">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                edit({ scopes: event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope) })
              }
            />
            {text}
          </label>
        ))}
      </span>
      {problems.scopes && <p className="problem">{problems.scopes}</p>}
      <Wrong error={error} />
      <span className="buttons">
        <button type="submit" disabled={isBusy}>
          Make key
        </button>
      </span>
    </form>
  );
}
