import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";

interface Common {
  label: string;
  /** Stands at the end of the field: a unit. */
  unit?: string;
  problem?: string | undefined;
  className?: string;
  /** Stands beside the label. */
  aside?: ReactNode;
}

type FieldProps = Common & Omit<InputHTMLAttributes<HTMLInputElement>, "className" | "children">;

/** A labelled input that says what is wrong with it. */
export function Field({ label, unit, problem, className = "", aside, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className={`field ${className}`}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {aside}
      </div>
      <div className="field-input">
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          {...input}
          id={id}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        />
        {unit && (
          <span className="unit" aria-hidden="true">
            {unit}
          </span>
        )}
      </div>
      {problem !== undefined && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** Digits in groups of three, as this page shows them: only pasted text comes so, since a comma that is typed is none at once. */
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d*)?$/;

/** A comma is what many keyboards have where the point is due. */
function plain(text: string): string {
  const given = text.trim();
  return GROUPED.test(given) ? given.replaceAll(",", "") : given.replace(",", ".");
}

/** A field for a decimal: text, so that it stays what was typed. */
export function DecimalField({
  onText,
  ...field
}: Omit<FieldProps, "onChange"> & { value: string; onText: (text: string) => void }) {
  return (
    <Field {...field} inputMode="decimal" maxLength={40} onChange={(event) => onText(plain(event.target.value))} />
  );
}

export function Choice<T extends string>({
  label,
  className = "",
  options,
  problem,
  onChoose,
  ...select
}: Omit<Common, "unit" | "aside"> &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "className" | "onChange" | "children"> & {
    value: T;
    options: readonly (readonly [T, string])[];
    onChoose: (value: T) => void;
  }) {
  const id = useId();
  return (
    <div className={`field ${className}`}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
      </div>
      <select {...select} id={id} onChange={(event) => onChoose(event.target.value as T)}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {problem !== undefined && <p className="problem">{problem}</p>}
    </div>
  );
}
