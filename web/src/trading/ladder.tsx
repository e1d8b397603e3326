/** The order book as a ladder, with a choice of how wide a row is. */

import { useEffect, useRef, useState } from "react";
import { unitsOf, type BookView } from "marketd-client";
import { Panel } from "../ui/panel.tsx";
import { usefulGroupings, widthText, type OwnOrder, type Scales } from "./grouping.ts";
import { LadderPainter } from "./ladder-painter.ts";

interface LadderProps {
  view: BookView | null;
  scales: Scales;
  tick: bigint;
  own: readonly OwnOrder[];
  onPick: (price: string) => void;
}

export function Ladder({ view, scales, tick, own, onPick }: LadderProps) {
  const host = useRef<HTMLDivElement>(null);
  const painter = useRef<LadderPainter | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const [width, setWidth] = useState(tick);

  useEffect(() => setWidth(tick), [view, tick]);

  useEffect(() => {
    if (!host.current || !view) return;
    const made = new LadderPainter(host.current, view, (price) => pick.current(price));
    painter.current = made;
    return () => {
      painter.current = null;
      made.end();
    };
  }, [view]);

  useEffect(() => painter.current?.show({ scales, width }), [view, scales.price, scales.qty, width]);
  useEffect(() => painter.current?.mark(own), [view, own]);

  return (
    <Panel
      title="Order book"
      className="ladder"
      tools={<Grouping view={view} scales={scales} tick={tick} width={width} onChoose={setWidth} />}
    >
      <div role="table" aria-label="Order book" className="ladder-table">
        <div role="rowgroup" className="heads">
          <div role="row" className="row head">
            <span role="columnheader" className="price">
              Price
            </span>
            <span role="columnheader" className="qty">
              Quantity
            </span>
            <span role="columnheader" className="sum">
              Sum
            </span>
          </div>
        </div>
        <div ref={host} className="ladder-rows" role="presentation" />
      </div>
      {view?.refusal && <p className="refusal">The book is not served: {view.refusal.message}</p>}
    </Panel>
  );
}

interface GroupingProps {
  view: BookView | null;
  scales: Scales;
  tick: bigint;
  width: bigint;
  onChoose: (width: bigint) => void;
}

function Grouping({ view, scales, tick, width, onChoose }: GroupingProps) {
  // Only whether there is a price matters here, and of what size.
  const size = useBestPriceSize(view);
  const widths = usefulGroupings(tick, size);
  const choices = widths.includes(width) ? widths : [...widths, width];
  return (
    <label className="tool">
      <span className="visually-hidden">Width of a row</span>
      <select value={String(width)} onChange={(event) => onChoose(BigInt(event.target.value))}>
        {choices.map((choice) => (
          <option key={String(choice)} value={String(choice)}>
            {widthText(choice, scales.price)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The power of ten of the best price: changes seldom, so that little is drawn again. */
function useBestPriceSize(view: BookView | null): bigint | null {
  const [size, setSize] = useState<bigint | null>(null);
  useEffect(() => {
    setSize(null);
    if (!view) return;
    const look = (): void => {
      const best = view.book.bestBid ?? view.book.bestAsk;
      setSize(best ? 10n ** BigInt(unitsOf(best[0]).toString().length - 1) : null);
    };
    look();
    return view.listen(look);
  }, [view]);
  return size;
}
