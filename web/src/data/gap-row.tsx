import type { StoredGap } from "../lib/api.ts";
import { counted } from "../lib/figures.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { gapText } from "./gaps.ts";

/** A hole among rows: what is missing is shown as missing. */
export function GapRow({ gap, columns }: { gap: StoredGap; columns: number }) {
  const { zone } = useSettings();
  const { since, until, rows_lost } = gap;
  return (
    <tr className="gap-row">
      <td colSpan={columns}>
        Gap: {gapText(gap)}, from {formatDateTime(since, zone, true)}{" "}
        {until === null ? "on" : `for ${formatSpan((until - since) / 1000)}`}
        {rows_lost > 0 && `, ${counted(rows_lost, "row")} lost`}
      </td>
    </tr>
  );
}
