/** Keys with which programs speak for the user. */

import { useState } from "react";
import { useAction } from "../lib/action.ts";
import type { ApiKey } from "../lib/api.ts";
import { NONE } from "../lib/figures.ts";
import { route, send, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { OldNote } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { Table } from "../ui/table.tsx";
import { KeyForm } from "./key-form.tsx";

const EVERY_MS = 10_000;
const COLUMNS = ["Label", "Key", "May", "Account", "Made", "Ends", { name: "Actions", isHidden: true }];

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
      <Table label="API keys" columns={COLUMNS}>
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
      </Table>
      {data.items.length === 0 && <p className="note pad">There is no key yet.</p>}
      <KeyForm
        onMade={(key) => {
          setMade(key);
          refresh();
        }}
      />
      {made && <Made apiKey={made} onClose={() => setMade(null)} />}
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

/** What the program needs to know of its new key; a secret is shown here and nowhere else. */
function Made({ apiKey: { key_id, kind, label, secret }, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  return (
    <Dialog title={secret === undefined ? "The new key" : "The new key's secret"} onClose={onClose}>
      {secret === undefined ? (
        <p>
          {label || "The program"} names this key, and signs with the private half of what was given here ({kind}).
        </p>
      ) : (
        <p>Requests of {label || key_id} are signed with it. It is not shown again.</p>
      )}
      <Field label="Key" readOnly value={key_id} onFocus={(event) => event.target.select()} />
      {secret !== undefined && (
        <Field label="Secret" readOnly value={secret} onFocus={(event) => event.target.select()} />
      )}
      <div className="box-actions">
        <button type="button" className="primary" onClick={onClose}>
          {secret === undefined ? "Done" : "It is kept"}
        </button>
      </div>
    </Dialog>
  );
}
