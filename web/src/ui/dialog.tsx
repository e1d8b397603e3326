import { useEffect, useId, useRef, type ReactNode } from "react";

/** A question or an answer above the page. It is shown while it is rendered; Escape, and a click beside it, close it. */
export function Dialog({
  title,
  className = "",
  onClose,
  children,
}: {
  title: string;
  className?: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // Who selects text and lets go beside the dialog has not clicked beside it.
  const isBeside = useRef(false);
  useEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    // What had the focus gets it back, if it is still there.
    const before = document.activeElement;
    shown.showModal();
    return () => {
      shown.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`box ${className}`}
      aria-labelledby={id}
      onCancel={(event) => (event.preventDefault(), onClose())}
      onPointerDown={(event) => (isBeside.current = event.target === dialog.current)}
      onClick={(event) => isBeside.current && event.target === dialog.current && onClose()}
    >
      <div className="box-inside">
        <header className="box-head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
            <span aria-hidden="true">✕</span>
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({
  title,
  action,
  isBusy,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  action: string;
  isBusy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <Wrong error={error} />
      <div className="box-actions">
        <button type="button" onClick={onClose}>
          Leave it
        </button>
        <button type="button" className="danger" disabled={isBusy} onClick={onConfirm}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}

/** What a button's action came to when it came to nothing. */
export function Wrong({ error }: { error: Error | null }) {
  return (
    <div role="alert" className="wrong">
      {error && <p className="refusal">{sentence(error)}</p>}
    </div>
  );
}

export const sentence = ({ message }: Error): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;
