import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from "react";

interface Common {
  label: string;
  problem?: string | undefined;
  className?: string | undefined;
  /** Stands beside the label. */
  aside?: ReactNode;
}

interface Named {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

/** A label, what is filled in, and what is wrong with it. */
function Labelled({
  label,
  problem,
  className = "",
  aside,
  children,
}: Common & { children: (named: Named) => ReactNode }) {
  const id = useId();
  const isWrong = problem !== undefined;
  return (
    <div className={`field ${className}`}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {aside}
      </div>
      {children({ id, "aria-invalid": isWrong, "aria-describedby": isWrong ? `${id}-problem` : undefined })}
      {isWrong && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

type FieldProps = Common & { /** Stands at the end of the field. */ unit?: string } & Omit<
    InputHTMLAttributes<HTMLInputElement>,
    "className" | "children"
  >;

/** A labelled input that says what is wrong with it. */
export function Field({ label, unit, problem, className, aside, ...input }: FieldProps) {
  return (
    <Labelled {...{ label, problem, className, aside }}>
      {(named) => (
        <div className="field-input">
          <input type="text" autoComplete="off" spellCheck={false} {...input} {...named} />
          {unit && (
            <span className="unit" aria-hidden="true">
              {unit}
            </span>
          )}
        </div>
      )}
    </Labelled>
  );
}

/** The same for text of several lines. */
export function TextArea({
  label,
  problem,
  className,
  ...area
}: Omit<Common, "aside"> & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className" | "children">) {
  return (
    <Labelled {...{ label, problem, className }}>
      {(named) => <textarea autoComplete="off" spellCheck={false} {...area} {...named} />}
    </Labelled>
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
  className,
  options,
  problem,
  onChoose,
  ...select
}: Omit<Common, "aside"> &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "className" | "onChange" | "children"> & {
    value: T;
    options: readonly (readonly [T, string])[];
    onChoose: (value: T) => void;
  }) {
  return (
    <Labelled {...{ label, problem, className }}>
      {(named) => (
        <select {...select} {...named} onChange={(event) => onChoose(event.target.value as T)}>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
