/** New values for an open order. */

import { useState, type FormEvent } from "react";
import { EMPTY_DRAFT, problemsOf, type DraftField, type Order, type OrderDraft } from "marketd-client";
import { useAction } from "../lib/action.ts";
import type { Market } from "../lib/api.ts";
import { send } from "../lib/rest.ts";
import { serverNow } from "../lib/server.ts";
import { Dialog, Wrong } from "../ui/dialog.tsx";
import { DecimalField } from "../ui/field.tsx";

interface AmendDialogProps {
  order: Order;
  market: Market;
  onDone: () => void;
  onClose: () => void;
}

type Values = Pick<OrderDraft, "qty" | "price" | "stop_price">;

const LABELS = { qty: "Quantity, what is filled included", price: "Price", stop_price: "Stop price" } as const;

export function AmendDialog({ order, market, onDone, onClose }: AmendDialogProps) {
  const held: Values = { qty: order.qty ?? "", price: order.price ?? "", stop_price: order.stop_price ?? "" };
  const [values, setValues] = useState(held);
  const [isTried, setTried] = useState(false);
  const { isBusy, error, run } = useAction(() => {
    onDone();
    onClose();
  });
  // A trailing stop's price follows the market, and is nobody's to change.
  const fields = (Object.keys(LABELS) as (keyof Values)[]).filter(
    (field) => held[field] !== "" && !(field === "stop_price" && order.trailing_bps !== null),
  );
  const changed = fields.filter((field) => values[field] !== held[field]);
  const draft: OrderDraft = {
    ...EMPTY_DRAFT,
    ...values,
    side: order.side,
    type: order.type,
    time_in_force: order.time_in_force,
    expires_at: order.expires_at,
    trailing_bps: String(order.trailing_bps ?? ""),
  };
  const problems = new Map<DraftField, string>(
    problemsOf(draft, market, serverNow()).map(({ field, message }) => [field, message]),
  );
  const wrong = fields.some((field) => problems.has(field));

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (wrong || changed.length === 0) return;
    run(() =>
      send("patch", "/api/v1/orders/{order_id}", {
        parameter: order.order_id,
        body: { account: order.account, ...Object.fromEntries(changed.map((field) => [field, values[field]])) },
      }),
    );
  };

  return (
    <Dialog title={`Amend order ${order.order_id}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="box-form">
        {fields.map((field, at) => (
          <DecimalField
            key={field}
            label={LABELS[field]}
            unit={field === "qty" ? market.base : market.quote}
            autoFocus={at === 0}
            value={values[field]}
            problem={isTried || values[field] !== held[field] ? problems.get(field) : undefined}
            onText={(text) => setValues({ ...values, [field]: text })}
          />
        ))}
        <p className="note">
          Only an order that gets smaller keeps its place in the queue.
          {order.list_id !== null && " Of a list only prices change, and the quantity of its entry."}
        </p>
        {isTried && changed.length === 0 && <p className="refusal">Nothing is changed yet.</p>}
        <Wrong error={error} />
        <div className="box-actions">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className="primary" disabled={isBusy}>
            Amend
          </button>
        </div>
      </form>
    </Dialog>
  );
}
