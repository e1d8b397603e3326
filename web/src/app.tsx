/** The frame around every page: where one is, whether the connection holds, how things are shown. */

import { useEffect, useRef } from "react";
import { useLogin } from "./lib/login.ts";
import { hrefOf, PAGES, useRoute, type PageName } from "./lib/route.ts";
import { change, useSettings } from "./lib/settings.ts";
import { zoneName } from "./lib/time.ts";
import { DashboardPage } from "./pages/dashboard.tsx";
import { DataPage } from "./pages/data.tsx";
import { ServicesPage } from "./pages/services.tsx";
import { SystemPage } from "./pages/system.tsx";
import { TradingPage } from "./pages/trading.tsx";
import { Boundary } from "./ui/boundary.tsx";
import { ConnectionBanner, ConnectionPill } from "./ui/connection.tsx";

const TITLES: Record<PageName, string> = {
  trade: "Trading",
  markets: "Markets",
  services: "Services",
  data: "Data",
  system: "System",
};

export function App() {
  const { page, market } = useRoute();
  const login = useLogin();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);

  useEffect(() => {
    document.title = `${TITLES[page]} · marketd`;
    // Who moves through the pages with a keyboard goes on in the new one; the first page takes no focus by itself.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [page]);

  return (
    <>
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the page
      </a>
      <header className="top">
        <a className="brand" href={hrefOf("trade")}>
          <img src="/icon.svg" alt="" width="20" height="20" />
          <span>marketd</span>
        </a>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map((name) => (
              <li key={name}>
                <a href={hrefOf(name)} aria-current={name === page ? "page" : undefined}>
                  {TITLES[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="top-end">
          {login && (
            <a className="who" href={hrefOf("system")} title="Logged in">
              {login.user}
            </a>
          )}
          <ConnectionPill />
          <ZoneSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <ConnectionBanner />
      <main id="main" ref={main} tabIndex={-1} data-page={page}>
        <h1 className="visually-hidden">{TITLES[page]}</h1>
        <Boundary key={`${page} ${login?.user ?? ""}`}>
          {page === "trade" && <TradingPage wanted={market} />}
          {page === "markets" && <DashboardPage />}
          {page === "services" && <ServicesPage />}
          {page === "data" && <DataPage wanted={market} />}
          {page === "system" && <SystemPage />}
        </Boundary>
      </main>
    </>
  );
}

function ZoneSwitch() {
  const { zone } = useSettings();
  const next = zone === "utc" ? "local" : "utc";
  return (
    <button
      type="button"
      className="quiet"
      title={`Times are ${zoneName(zone)}; switch`}
      onClick={() => change({ zone: next })}
    >
      <span className="visually-hidden">Times are </span>
      {zone === "utc" ? "UTC" : "Local"}
    </button>
  );
}

const THEMES = { auto: "dark", dark: "light", light: "auto" } as const;
const THEME_SIGNS = { auto: "◐", dark: "☾", light: "☼" };

function ThemeSwitch() {
  const { theme } = useSettings();
  return (
    <button
      type="button"
      className="quiet"
      title={`Theme: ${theme}`}
      aria-label={`Theme: ${theme}`}
      onClick={() => change({ theme: THEMES[theme] })}
    >
      <span aria-hidden="true">{THEME_SIGNS[theme]}</span>
    </button>
  );
}
