/** Orders to the server from a button: one at a time, with what came of it. */

import { useState } from "react";

export interface Orders {
  isBusy: boolean;
  error: Error | null;
  give: (order: () => Promise<unknown>) => void;
}

export function useOrders(onDone: () => void): Orders {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const give = (order: () => Promise<unknown>): void => {
    setBusy(true);
    setError(null);
    order()
      .then(onDone, (reason: unknown) => setError(reason instanceof Error ? reason : new Error(String(reason))))
      .finally(() => setBusy(false));
  };
  return { isBusy, error, give };
}
