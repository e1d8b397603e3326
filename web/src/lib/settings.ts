/** What this browser's user chose, kept in the browser. */

import { useSyncExternalStore } from "react";

export interface Settings {
  theme: "auto" | "dark" | "light";
  zone: "local" | "utc";
  market: string | null;
  /** Candle interval; `null` until one was chosen. */
  interval: string | null;
  /** The account that is traded with; `null` for the default one. */
  account: string | null;
}

const KEY = "marketd.settings";
const DEFAULTS: Settings = { theme: "auto", zone: "local", market: null, interval: null, account: null };
const ALLOWED = { theme: ["auto", "dark", "light"], zone: ["local", "utc"] } as const;

function stored(): Settings {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    const settings = { ...DEFAULTS };
    if (ALLOWED.theme.some((theme) => theme === found.theme)) settings.theme = found.theme as Settings["theme"];
    if (ALLOWED.zone.some((zone) => zone === found.zone)) settings.zone = found.zone as Settings["zone"];
    if (typeof found.market === "string") settings.market = found.market;
    if (typeof found.interval === "string") settings.interval = found.interval;
    if (typeof found.account === "string") settings.account = found.account;
    return settings;
  } catch {
    return { ...DEFAULTS };
  }
}

let settings = stored();
const listeners = new Set<() => void>();

export function getSettings(): Settings {
  return settings;
}

export function change(part: Partial<Settings>): void {
  settings = { ...settings, ...part };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing still shows the page.
  }
  for (const listener of listeners) listener();
}

export function onSettings(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useSettings(): Settings {
  return useSyncExternalStore(onSettings, getSettings);
}

/** The theme that is in effect. */
export function isDark(): boolean {
  if (settings.theme !== "auto") return settings.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Puts the theme onto the document, now and at each change. */
export function followTheme(): void {
  const show = (): void => {
    document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
  };
  show();
  onSettings(show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    show();
    for (const listener of listeners) listener();
  });
}
