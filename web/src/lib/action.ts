/** Something that a button has the server do: one at a time, with what came of it. */

import { useState } from "react";

export interface Action {
  isBusy: boolean;
  error: Error | null;
  run: (what: () => Promise<unknown>) => void;
}

export function useAction(onDone: () => void): Action {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = (what: () => Promise<unknown>): void => {
    setBusy(true);
    setError(null);
    what()
      .then(onDone, (reason: unknown) => setError(reason instanceof Error ? reason : new Error(String(reason))))
      .finally(() => setBusy(false));
  };
  return { isBusy, error, run };
}
