/** The last hour in a few pixels. */

import { useRef } from "react";
import { toPixelValue } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSeen } from "../lib/seen.ts";

const WIDTH = 110;
const HEIGHT = 24;
const EVERY_MS = 10_000;

export function Sparkline({ market }: { market: string }) {
  const svg = useRef<SVGSVGElement>(null);
  const isSeen = useSeen(svg);
  const asked = route("/api/v1/markets/{market}/candles", market, { interval: "1m", limit: 60 });
  const { data } = usePoll(isSeen ? asked : null, EVERY_MS);
  const closes = (data?.items ?? []).map(({ close }) => toPixelValue(close));
  return (
    <svg
      ref={svg}
      className="spark"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      {closes.length > 1 && <Line closes={closes} />}
    </svg>
  );
}

function Line({ closes }: { closes: readonly number[] }) {
  const [low, high] = [Math.min(...closes), Math.max(...closes)];
  const y = (close: number): number =>
    high === low ? HEIGHT / 2 : 2 + (1 - (close - low) / (high - low)) * (HEIGHT - 4);
  const points = closes.map((close, at) => `${((at / (closes.length - 1)) * WIDTH).toFixed(1)},${y(close).toFixed(1)}`);
  const tone = (closes.at(-1) ?? 0) < (closes[0] ?? 0) ? "down" : "up";
  return <polyline className={tone} points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.25" />;
}
