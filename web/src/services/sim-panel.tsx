/** Scenarios of the simulated venue. */

import { useState } from "react";
import type { Scenario, ScenarioName } from "../lib/api.ts";
import { send } from "../lib/rest.ts";
import { Panel } from "../ui/panel.tsx";
import { useAction } from "../lib/action.ts";

const SCENARIOS: [ScenarioName, string][] = [
  ["calm", "an ordinary day"],
  ["busy", "ten times the activity"],
  ["crash", "the price falls by 5 to 10 % within a minute"],
  ["halt", "the venue suspends trading"],
  ["gap", "depth messages are lost, and a snapshot follows"],
  ["stale", "the feed goes silent while the market moves on"],
];

export function SimPanel({ scenarios, onDone }: { scenarios: Scenario[]; onDone: () => void }) {
  const { isBusy, error, run } = useAction(onDone);
  const [market, setMarket] = useState("");
  const begin = (scenario: ScenarioName): void =>
    run(() => send("post", "/api/v1/sim/scenario", { body: market ? { scenario, market } : { scenario } }));
  return (
    <Panel title="Simulated venue">
      <div className="controls">
        <label>
          Market{" "}
          <select value={market} onChange={(event) => setMarket(event.target.value)}>
            <option value="">all</option>
            {scenarios.map((each) => (
              <option key={each.market} value={each.market}>
                {each.market}
              </option>
            ))}
          </select>
        </label>
        <div className="buttons" role="group" aria-label="Begin a scenario">
          {SCENARIOS.map(([scenario, meaning]) => (
            <button key={scenario} type="button" disabled={isBusy} title={meaning} onClick={() => begin(scenario)}>
              {scenario}
            </button>
          ))}
        </div>
      </div>
      {error && (
        <p className="refusal" role="alert">
          Not done: {error.message}.
        </p>
      )}
      <ul className="lines">
        {scenarios.map((each) => (
          <li key={each.market}>
            <b>{each.market}</b> <span className="note">plays</span> {each.scenario}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
