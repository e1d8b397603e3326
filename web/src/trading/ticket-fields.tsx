/** The fields of the order ticket: those that the chosen type takes. */

import { ORDER_TYPES, takes, timesInForce, type BookView, type DraftField, type OrderDraft } from "marketd-client";
import { TIMES_IN_FORCE, typeText } from "../account/words.ts";
import type { Market } from "../lib/api.ts";
import { useSettings } from "../lib/settings.ts";
import { fromField, toField } from "../lib/time.ts";
import { Choice, DecimalField, Field } from "../ui/field.tsx";

interface TicketFieldsProps {
  draft: OrderDraft;
  market: Market;
  book: BookView | null;
  problems: ReadonlyMap<DraftField, string>;
  onEdit: (part: Partial<OrderDraft>) => void;
}

const TRIGGERS = [
  ["last", "Last print"],
  ["best", "Best price"],
  ["mark", "Middle"],
] as const;

const SELF_TRADES = [
  ["expire_taker", "End the new order"],
  ["expire_maker", "End the resting order"],
  ["expire_both", "End both"],
  ["decrement", "Make both smaller"],
  ["none", "Let them trade"],
] as const;

export function TicketFields({ draft, market, book, problems, onEdit }: TicketFieldsProps) {
  const isByQuote = draft.type === "market" && draft.quote_qty !== "";
  return (
    <>
      <div className="pair-of-fields">
        <Choice
          label="Type"
          value={draft.type}
          options={ORDER_TYPES.map((type) => [type, typeText(type)] as const)}
          onChoose={(type) => onEdit({ type })}
        />
        <Choice
          label="Time in force"
          value={draft.time_in_force}
          options={timesInForce(draft.type).map((time) => [time, TIMES_IN_FORCE[time] ?? time] as const)}
          onChoose={(time_in_force) => onEdit({ time_in_force })}
        />
      </div>
      {takes(draft, "expires_at") && <Expiry draft={draft} problems={problems} onEdit={onEdit} />}
      {takes(draft, "stop_price") && (
        <DecimalField
          label="Stop price"
          unit={market.quote}
          value={draft.stop_price}
          problem={problems.get("stop_price")}
          onText={(stop_price) => onEdit({ stop_price })}
        />
      )}
      {takes(draft, "trailing_bps") && (
        <DecimalField
          label="Distance, hundredths of a percent"
          unit="bp"
          value={draft.trailing_bps}
          problem={problems.get("trailing_bps")}
          onText={(trailing_bps) => onEdit({ trailing_bps })}
        />
      )}
      {takes(draft, "price") && (
        <DecimalField
          label="Price"
          unit={market.quote}
          value={draft.price}
          problem={problems.get("price")}
          onText={(price) => onEdit({ price })}
          aside={<BestPrices book={book} onPick={(price) => onEdit({ price })} />}
        />
      )}
      {isByQuote ? null : (
        <DecimalField
          label="Quantity"
          unit={market.base}
          value={draft.qty}
          problem={problems.get("qty")}
          onText={(qty) => onEdit({ qty, quote_qty: "" })}
        />
      )}
      {takes(draft, "quote_qty") && (
        <DecimalField
          label={isByQuote ? "Amount" : "Or an amount"}
          unit={market.quote}
          value={draft.quote_qty}
          problem={problems.get("quote_qty")}
          onText={(quote_qty) => onEdit({ quote_qty, ...(quote_qty === "" ? {} : { qty: "" }) })}
        />
      )}
      <details className="more">
        <summary>More</summary>
        <div className="more-fields">
          {takes(draft, "post_only") && (
            <label className="check">
              <input
                type="checkbox"
                checked={draft.post_only}
                onChange={(event) => onEdit({ post_only: event.target.checked })}
              />
              Post only: rest, or be refused
            </label>
          )}
          {takes(draft, "display_qty") && (
            <DecimalField
              label="Shown at a time"
              unit={market.base}
              placeholder="all of it"
              value={draft.display_qty}
              problem={problems.get("display_qty")}
              onText={(display_qty) => onEdit({ display_qty })}
            />
          )}
          {takes(draft, "take_profit") && (
            <div className="pair-of-fields">
              <DecimalField
                label="Then take profit at"
                value={draft.take_profit}
                problem={problems.get("take_profit")}
                onText={(take_profit) => onEdit({ take_profit })}
              />
              <DecimalField
                label="Then stop loss at"
                value={draft.stop_loss}
                problem={problems.get("stop_loss")}
                onText={(stop_loss) => onEdit({ stop_loss })}
              />
            </div>
          )}
          {takes(draft, "or_stop") && (
            <DecimalField
              label="Or stop at, whichever comes first"
              unit={market.quote}
              value={draft.or_stop}
              problem={problems.get("or_stop")}
              onText={(or_stop) => onEdit({ or_stop })}
            />
          )}
          {takes(draft, "trigger_by") && (
            <Choice
              label="Wakes by"
              value={draft.trigger_by}
              options={TRIGGERS}
              onChoose={(trigger_by) => onEdit({ trigger_by })}
            />
          )}
          <Choice
            label="When it meets an own order"
            value={draft.self_trade_prevention}
            options={SELF_TRADES}
            problem={problems.get("self_trade_prevention")}
            onChoose={(self_trade_prevention) => onEdit({ self_trade_prevention })}
          />
          <Field
            label="Own name for it"
            maxLength={80}
            value={draft.client_order_id}
            problem={problems.get("client_order_id")}
            onChange={(event) => onEdit({ client_order_id: event.target.value })}
          />
        </div>
      </details>
    </>
  );
}

function Expiry({ draft, problems, onEdit }: Pick<TicketFieldsProps, "draft" | "problems" | "onEdit">) {
  const { zone } = useSettings();
  return (
    <Field
      label={zone === "utc" ? "Until, UTC" : "Until"}
      type="datetime-local"
      step="1"
      value={draft.expires_at === null ? "" : toField(draft.expires_at, zone)}
      problem={problems.get("expires_at")}
      onChange={(event) => onEdit({ expires_at: fromField(event.target.value, zone) })}
    />
  );
}

function BestPrices({ book, onPick }: { book: BookView | null; onPick: (price: string) => void }) {
  const pick = (side: "bestBid" | "bestAsk"): void => {
    const best = book?.book[side];
    if (best) onPick(best[0]);
  };
  return (
    <span className="picks">
      <button type="button" className="quiet" onClick={() => pick("bestBid")}>
        Bid
      </button>
      <button type="button" className="quiet" onClick={() => pick("bestAsk")}>
        Ask
      </button>
    </span>
  );
}
