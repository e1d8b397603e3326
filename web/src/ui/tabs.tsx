import { useId, useRef, type KeyboardEvent, type ReactNode } from "react";

/** Parts of which one is shown; arrows go from one to the next. */
export function Tabs<T extends string>({
  label,
  tabs,
  chosen,
  onChoose,
  tools,
  children,
}: {
  label: string;
  tabs: readonly (readonly [T, ReactNode])[];
  chosen: T;
  onChoose: (tab: T) => void;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(([tab]) => tab === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next[0]);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next[0]}"]`)?.focus();
  };
  return (
    <>
      <header className="panel-head">
        <div role="tablist" aria-label={label} className="segments" ref={list} onKeyDown={onKey}>
          {tabs.map(([tab, text]) => (
            <button
              key={tab}
              type="button"
              role="tab"
              data-tab={tab}
              id={`${id}-${tab}`}
              aria-selected={tab === chosen}
              aria-controls={`${id}-panel`}
              tabIndex={tab === chosen ? 0 : -1}
              onClick={() => onChoose(tab)}
            >
              {text}
            </button>
          ))}
        </div>
        {tools && <div className="tools">{tools}</div>}
      </header>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} className="panel-body">
        {children}
      </div>
    </>
  );
}
