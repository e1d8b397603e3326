/** The accounts of whoever looks at the page, and the one that is traded with. */

import type { Account } from "../lib/api.ts";
import { route, usePoll } from "../lib/rest.ts";
import { change, useSettings } from "../lib/settings.ts";

const EVERY_MS = 5_000;

export interface Accounts {
  /** `null` until they are known. */
  items: Account[] | null;
  /** The chosen one, else the default. */
  chosen: Account | null;
  error: Error | null;
  choose: (account: string) => void;
  refresh: () => void;
}

export function useAccounts(): Accounts {
  const { data, error, refresh } = usePoll(route("/api/v1/accounts"), EVERY_MS);
  const settings = useSettings();
  const items = data?.items ?? null;
  const chosen =
    items?.find(({ account }) => account === settings.account) ??
    items?.find(({ is_default }) => is_default) ??
    items?.[0] ??
    null;
  return { items, chosen, error, choose: (account) => change({ account }), refresh };
}
