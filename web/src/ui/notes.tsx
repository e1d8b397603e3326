export function Waiting({ what }: { what: string }) {
  return (
    <p className="empty-page" role="status">
      Loading {what} …
    </p>
  );
}

export function Failure({ what, error }: { what: string; error: Error }) {
  return (
    <p className="empty-page failure" role="alert">
      {what} could not be loaded: {error.message}.
    </p>
  );
}

/** Beside figures that were had earlier and cannot be had now. */
export function OldNote({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <p className="old-note" role="alert">
      These figures are old: {error.message}.
    </p>
  );
}
