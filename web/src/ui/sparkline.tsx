/** The last hour in a few pixels. */

import { toPixelValue } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";

const WIDTH = 110;
const HEIGHT = 24;
const EVERY_MS = 10_000;

export function Sparkline({ market }: { market: string }) {
  const { data } = usePoll(route("/api/v1/markets/{market}/candles", market, { interval: "1m", limit: 60 }), EVERY_MS);
  const closes = (data?.items ?? []).map(({ close }) => toPixelValue(close));
  if (closes.length < 2) return <svg className="spark" width={WIDTH} height={HEIGHT} aria-hidden="true" />;
  const [low, high] = [Math.min(...closes), Math.max(...closes)];
  const y = (close: number): number =>
    high === low ? HEIGHT / 2 : 2 + (1 - (close - low) / (high - low)) * (HEIGHT - 4);
  const points = closes.map((close, at) => `${((at / (closes.length - 1)) * WIDTH).toFixed(1)},${y(close).toFixed(1)}`);
  const tone = (closes.at(-1) ?? 0) < (closes[0] ?? 0) ? "down" : "up";
  return (
    <svg
      className={`spark ${tone}`}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.25" />
    </svg>
  );
}
