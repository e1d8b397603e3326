import { useSettings } from "../lib/settings.ts";
import { fromField, toField } from "../lib/time.ts";

/** The moment that a list goes back from; `null` is now. */
export function BeforeField({ value, onChange }: { value: number | null; onChange: (micros: number | null) => void }) {
  const { zone } = useSettings();
  return (
    <label>
      {zone === "utc" ? "Before, UTC" : "Before"}{" "}
      <input
        type="datetime-local"
        step="1"
        value={value === null ? "" : toField(value, zone)}
        onChange={(event) => onChange(fromField(event.target.value, zone))}
      />
    </label>
  );
}
