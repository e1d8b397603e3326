import { useSettings } from "../lib/settings.ts";
import { fromField, toField } from "../lib/time.ts";

/** The moment that a list begins at or goes back from; `null` is none in particular. */
export function MomentField({
  name,
  value,
  onChange,
}: {
  name: "Before" | "From";
  value: number | null;
  onChange: (micros: number | null) => void;
}) {
  const { zone } = useSettings();
  return (
    <label>
      {zone === "utc" ? `${name}, UTC` : name}{" "}
      <input
        type="datetime-local"
        step="1"
        value={value === null ? "" : toField(value, zone)}
        onChange={(event) => onChange(fromField(event.target.value, zone))}
      />
    </label>
  );
}
