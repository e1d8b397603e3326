/** Keys with which programs speak for the user. */

import { useState, type FormEvent } from "react";
import { useAction } from "../lib/action.ts";
import type { ApiKey, ScopeName } from "../lib/api.ts";
import { NONE } from "../lib/figures.ts";
import { route, send, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Confirm, Dialog, Wrong } from "../ui/dialog.tsx";
import { Choice, Field } from "../ui/field.tsx";
import { OldNote } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";

const EVERY_MS = 10_000;

export function KeysPanel() {
  const { zone } = useSettings();
  const { data, error, refresh } = usePoll(route("/api/v1/api-keys"), EVERY_MS);
  const [made, setMade] = useState<ApiKey | null>(null);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const revoking = useAction(() => {
    setRevoked(null);
    refresh();
  });
  // Without an identity there are none to show, and the panel of the login says so.
  if (!data) return null;
  return (
    <Panel title="API keys" className="keys">
      <OldNote error={error} />
      <div className="table-scroll" tabIndex={0} role="group" aria-label="API keys">
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Label</th>
              <th scope="col">Key</th>
              <th scope="col">May</th>
              <th scope="col">Account</th>
              <th scope="col">Made</th>
              <th scope="col">Ends</th>
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((key) => (
              <tr key={key.key_id} data-key={key.key_id}>
                <th scope="row">{key.label || NONE}</th>
                <td>
                  <code>{key.key_id}</code> <span className="note">{key.kind}</span>
                </td>
                <td>{key.scopes.join(", ")}</td>
                <td>{key.account ?? "any"}</td>
                <td>{formatDateTime(key.created_at, zone)}</td>
                <td>
                  {key.revoked_at !== null
                    ? `revoked ${formatDateTime(key.revoked_at, zone)}`
                    : key.expires_at === null
                      ? "never"
                      : formatDateTime(key.expires_at, zone)}
                </td>
                <td>
                  {key.revoked_at === null && (
                    <button
                      type="button"
                      aria-label={`Revoke key ${key.label || key.key_id}`}
                      onClick={() => setRevoked(key)}
                    >
                      Revoke
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.items.length === 0 && <p className="note pad">There is no key yet.</p>}
      <KeyForm
        onMade={(key) => {
          setMade(key);
          refresh();
        }}
      />
      {made?.secret && <Secret apiKey={made} secret={made.secret} onClose={() => setMade(null)} />}
      {revoked && (
        <Confirm
          title="Revoke this key?"
          action="Revoke it"
          isBusy={revoking.isBusy}
          error={revoking.error}
          onConfirm={() =>
            revoking.run(() => send("delete", "/api/v1/api-keys/{key_id}", { parameter: revoked.key_id }))
          }
          onClose={() => setRevoked(null)}
        >
          <p>Programs that use {revoked.label || revoked.key_id} are refused from then on.</p>
        </Confirm>
      )}
    </Panel>
  );
}

const KINDS = [
  ["hmac-sha256", "Secret made by the server"],
  ["ed25519", "Own Ed25519 key"],
] as const;
const SCOPES: readonly [ScopeName, string][] = [
  ["read", "see what is one's own"],
  ["trade", "trade"],
  ["admin", "administer"],
];

function KeyForm({ onMade }: { onMade: (key: ApiKey) => void }) {
  const [label, setLabel] = useState("");
  const [kind, setKind] = useState<ApiKey["kind"]>("hmac-sha256");
  const [scopes, setScopes] = useState<readonly ScopeName[]>(["read"]);
  const [account, setAccount] = useState("");
  const [publicKey, setPublicKey] = useState("");
  const { isBusy, error, run } = useAction(() => setLabel(""));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      const body = {
        label,
        kind,
        scopes: [...scopes],
        ...(account === "" ? {} : { account }),
        ...(kind === "ed25519" ? { public_key: publicKey } : {}),
      };
      onMade((await send("post", "/api/v1/api-keys", { body })).data);
    });
  };
  return (
    <form onSubmit={submit} noValidate aria-label="New key" className="panel-form">
      <div className="pair-of-fields">
        <Field label="Label" maxLength={64} value={label} onChange={(event) => setLabel(event.target.value)} />
        <Choice label="Kind" value={kind} options={KINDS} onChoose={setKind} />
      </div>
      {kind === "ed25519" && (
        <Field
          label="Public key, base64 or PEM"
          maxLength={400}
          value={publicKey}
          onChange={(event) => setPublicKey(event.target.value)}
        />
      )}
      <Field
        label="Only for the account"
        placeholder="any"
        maxLength={64}
        value={account}
        onChange={(event) => setAccount(event.target.value.trim())}
      />
      <span className="buttons" role="group" aria-label="May">
        {SCOPES.map(([scope, text]) => (
          <label key={scope} className="check">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
              }
            />
            {text}
          </label>
        ))}
      </span>
      <Wrong error={error} />
      <span className="buttons">
        <button type="submit" disabled={isBusy || scopes.length === 0}>
          Make key
        </button>
      </span>
    </form>
  );
}

function Secret({ apiKey, secret, onClose }: { apiKey: ApiKey; secret: string; onClose: () => void }) {
  return (
    <Dialog title="The new key's secret" onClose={onClose}>
      <p>Requests of {apiKey.label || apiKey.key_id} are signed with it. It is not shown again.</p>
      <Field label="Key" readOnly value={apiKey.key_id} onFocus={(event) => event.target.select()} />
      <Field label="Secret" readOnly value={secret} onFocus={(event) => event.target.select()} />
      <div className="box-actions">
        <button type="button" className="primary" onClick={onClose}>
          It is kept
        </button>
      </div>
    </Dialog>
  );
}
