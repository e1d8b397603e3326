/** The book of a moment, where it was recorded. */

import { useState, type FormEvent } from "react";
import type { Level } from "marketd-client";
import { grouped, NONE } from "../lib/figures.ts";
import { get, route } from "../lib/rest.ts";
import { useAction } from "../lib/action.ts";
import type { PastBook as Past, Span } from "../lib/api.ts";
import { serverNow } from "../lib/server.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, fromField, toField } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { figure, Table } from "../ui/table.tsx";

const DEPTH = 25;
/** The last changes may still be on their way to the store. */
const BEFORE_LAST_US = 1_000_000;

export function PastBook({ market, span }: { market: string; span: Span | null }) {
  const { zone } = useSettings();
  const [at, setAt] = useState<number | null>(null);
  const [book, setBook] = useState<Past | null>(null);
  const { isBusy, error, run } = useAction(() => {});
  // The moment that is asked for at first stays where it is, whatever is stored meanwhile.
  const [first] = useState(() => (span ? Math.max(span.first, span.last - BEFORE_LAST_US) : serverNow()));
  const moment = at ?? first;
  const asked = (depth: number | "full") =>
    route("/api/v1/markets/{market}/book", market, { depth: depth as number, at: Math.floor(moment) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      setBook(null);
      const { data } = await get(asked(DEPTH));
      if ("at" in data) setBook(data);
    });
  };
  const tools = book && (
    <a href={`${asked("full").url}&format=csv`} download>
      Download whole book as CSV
    </a>
  );
  return (
    <Panel title="The book of a moment" tools={tools}>
      <form className="controls" onSubmit={submit}>
        <label>
          {zone === "utc" ? "At, UTC" : "At"}{" "}
          <input
            type="datetime-local"
            step="1"
            value={toField(moment, zone)}
            onChange={(event) => setAt(fromField(event.target.value, zone))}
          />
        </label>
        <button type="submit" className="primary" disabled={isBusy}>
          Show
        </button>
        {book && (
          <span className="note">
            {book.status && <StatusBadge status={book.status} reason={book.reason} />} last change{" "}
            {formatDateTime(book.ts_recv, zone, true)}, number {book.seq}
          </span>
        )}
      </form>
      <div role="status">
        {error && <p className="refusal">This moment cannot be shown: {error.message}.</p>}
        {!book && !error && (
          <p className="note pad">
            {span
              ? `Changes of this book are stored from ${formatDateTime(span.first, zone)} to ${formatDateTime(span.last, zone)}.`
              : "Changes of this book are not stored: the key store.deltas says of which books they are."}
          </p>
        )}
      </div>
      {book && (
        <div className="side-by-side pad">
          <Side name="Bids" tone="up" levels={book.bids} />
          <Side name="Asks" tone="down" levels={book.asks} />
        </div>
      )}
    </Panel>
  );
}

function Side({ name, tone, levels }: { name: string; tone: string; levels: readonly Level[] }) {
  return (
    <Table label={name} columns={[name, figure("Quantity")]}>
      {levels.map(([price, qty]) => (
        <tr key={price}>
          <td className={tone}>{grouped(price)}</td>
          <td className="figure">{grouped(qty)}</td>
        </tr>
      ))}
      {levels.length === 0 && (
        <tr>
          <td>{NONE}</td>
          <td className="figure">{NONE}</td>
        </tr>
      )}
    </Table>
  );
}
