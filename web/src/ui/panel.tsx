import { useId, type ReactNode } from "react";

/** A part of a page, with a heading and room for its tools. */
export function Panel({
  title,
  className,
  tools,
  children,
}: {
  title: string;
  className?: string;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`panel ${className ?? ""}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {tools && <div className="tools">{tools}</div>}
      </header>
      <div className="panel-body">{children}</div>
    </section>
  );
}
