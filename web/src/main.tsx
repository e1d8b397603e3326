import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { begin } from "./lib/server.ts";
import { followTheme } from "./lib/settings.ts";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/trading.css";
import "./styles/pages.css";
import "./styles/account.css";

followTheme();
begin();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
