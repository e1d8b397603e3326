/** The choice of a market: a dialog with a search field and a list, made for the keyboard. */

import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Market } from "../lib/api.ts";
import { pairOf, shown, signed, signOf, venueOf } from "../lib/figures.ts";
import { go } from "../lib/route.ts";
import { useSeen } from "../lib/seen.ts";
import { useVersion, useView, views } from "../lib/server.ts";
import { SourceTag, StatusBadge } from "../ui/status.tsx";

export function MarketPicker({ markets, chosen }: { markets: Market[]; chosen: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);

  const open = (): void => {
    if (dialog.current?.open) return;
    dialog.current?.showModal();
    setOpen(true);
  };

  const onClose = (): void => {
    setOpen(false);
    // Also where it was opened by a key, from anywhere.
    button.current?.focus();
  };

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const inField = event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
      if (event.key !== "/" || inField || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      open();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <>
      <button
        ref={button}
        type="button"
        className="market-button"
        aria-haspopup="dialog"
        title="Choose a market (press /)"
        onClick={open}
      >
        <span className="venue">{venueOf(chosen)}</span>
        <span className="pair">{pairOf(chosen)}</span>
        <span aria-hidden="true">▾</span>
      </button>
      <dialog
        ref={dialog}
        className="picker"
        aria-label="Choose a market"
        onClose={onClose}
        onClick={(event) => event.target === dialog.current && dialog.current?.close()}
      >
        {isOpen && <Choice markets={markets} chosen={chosen} onDone={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

function Choice({ markets, chosen, onDone }: { markets: Market[]; chosen: string; onDone: () => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const found = useMemo(() => {
    const words = text
      .toLowerCase()
      .split(/[\s/]+/)
      .filter(Boolean);
    return markets.filter(({ market }) => words.every((word) => market.toLowerCase().includes(word)));
  }, [markets, text]);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      markets.findIndex(({ market }) => market === chosen),
    ),
  );
  const active = Math.min(at, found.length - 1);

  const choose = (market: string): void => {
    go("trade", market);
    onDone();
  };

  const onKey = (event: KeyboardEvent): void => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: found.length - 1 }[event.key];
    if (to !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((to + found.length) % found.length);
    } else if (event.key === "Enter" && found[active]) {
      event.preventDefault();
      choose(found[active].market);
    }
  };

  return (
    <>
      <label className="search">
        <span className="visually-hidden">Search markets</span>
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder="Search, for example btc or sim"
          value={text}
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
      </label>
      <ul role="listbox" id={`${id}-list`} aria-label="Markets" className="choices">
        {found.map((market, index) => (
          <Option
            key={market.market}
            id={`${id}-${index}`}
            market={market}
            isActive={index === active}
            onChoose={() => choose(market.market)}
          />
        ))}
      </ul>
      {found.length === 0 && (
        <p className="note" role="status">
          No market matches.
        </p>
      )}
    </>
  );
}

interface OptionProps {
  id: string;
  market: Market;
  isActive: boolean;
  onChoose: () => void;
}

function Option({ id, market, isActive, onChoose }: OptionProps) {
  const item = useRef<HTMLLIElement>(null);
  // Of hundreds only those in sight are followed: a connection has room for 256 streams.
  const isSeen = useSeen(item);
  useEffect(() => {
    if (isActive) item.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    <li ref={item} id={id} role="option" aria-selected={isActive} onClick={onChoose}>
      <span className="choice-name">
        <b>{pairOf(market.market)}</b> <span className="note">{market.venue}</span>
      </span>
      {isSeen ? <Figures market={market.market} /> : <span />}
      <span className="choice-marks">
        <SourceTag source={market.source} />
        <StatusBadge status={market.status} reason={market.reason} />
      </span>
    </li>
  );
}

function Figures({ market }: { market: string }) {
  const view = useView(() => views.ticker(market), market);
  useVersion(view);
  const ticker = view?.frame;
  const sign = signOf(ticker?.change_percent);
  return (
    <span className="choice-figures">
      <span>{shown(ticker?.last)}</span>
      <span className={sign < 0 ? "down" : sign > 0 ? "up" : ""}>{signed(ticker?.change_percent, " %")}</span>
    </span>
  );
}
