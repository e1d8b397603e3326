/** The real server and a real browser for the tests of the page. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const repository = fileURLToPath(new URL("../../", import.meta.url));

export const binary = process.env.MARKETD_BINARY ?? join(repository, "target/debug/marketd");
export const isLong = process.env.MARKETD_LONG === "1";
/** Patient: the machine may be busy. */
export const PATIENCE_MS = 30_000;

export function browserPath() {
  const found = process.env.MARKETD_TEST_CHROMIUM ?? "/usr/bin/chromium";
  assert.ok(existsSync(found), "no chromium was found: install it, or name it in MARKETD_TEST_CHROMIUM");
  return found;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Asks until the answer is true, or fails by name. */
export async function until(what, holds, patienceMs = PATIENCE_MS) {
  const began = performance.now();
  for (;;) {
    if (await holds()) return;
    assert.ok(performance.now() - began < patienceMs, `${what}: not within ${patienceMs} ms`);
    await sleep(50);
  }
}

/** The server's binary with a port and a folder of its own. */
export class Server {
  #child = null;
  #set;
  port = 0;
  #folder = "";

  static async start(set = {}) {
    const server = new Server();
    server.#set = set;
    server.port = await freePort();
    server.#folder = await mkdtemp(join(tmpdir(), "marketd-e2e-"));
    await server.run();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the process; again after `kill`, on the same port. */
  async run() {
    const set = { data_dir: join(this.#folder, "data"), "http.bind": `127.0.0.1:${this.port}`, ...this.#set };
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith("MARKETD_")),
    );
    const args = Object.entries(set).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    // Settings of the machine that runs the tests are not those of the tests.
    this.#child = spawn(binary, args, {
      cwd: repository,
      env: { ...environment, RUST_LOG: "warn" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = new Promise((_, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
    });
    ended.catch(() => {});
    const ready = until("readiness", async () => (await fetch(`${this.url}/readyz`).catch(() => null))?.ok === true);
    await Promise.race([ready, ended]);
  }

  async kill() {
    if (!this.#child || this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }

  /** The process does nothing any more, and its connections stay. */
  freeze() {
    this.#child.kill("SIGSTOP");
  }

  thaw() {
    this.#child.kill("SIGCONT");
  }

  async end() {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async data(path) {
    const answer = await (await fetch(this.url + path)).json();
    assert.equal(answer.status, "success", `${path}: ${answer.message}`);
    return answer.data;
  }

  async post(path, body) {
    const headers = { "Content-Type": "application/json" };
    const answer = await (
      await fetch(this.url + path, { method: "POST", headers, body: JSON.stringify(body ?? {}) })
    ).json();
    assert.equal(answer.status, "success", `${path}: ${answer.message}`);
  }
}

export const openBrowser = () =>
  chromium.launch({
    executablePath: browserPath(),
    args: ["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  });

/** While working on the page: its files as they were built last, without building the server anew. */
const fromDisk = (context) =>
  context.route(/\/assets\/[^/]+$/, async (route) => {
    const path = join(repository, "web/dist", new URL(route.request().url()).pathname);
    await route.fulfill({ path, contentType: path.endsWith(".css") ? "text/css" : "text/javascript" });
  });

/** A page with what it did wrong: errors, refusals of its policy, requests to other servers. */
export async function openPage(
  browser,
  server,
  hash = "",
  { width = 1440, height = 900, theme = "dark", prepare } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    timezoneId: "Europe/Zurich",
    locale: "en-GB",
  });
  const page = await context.newPage();
  const wrongs = [];
  page.on("console", (message) => {
    // A lost connection is in the console, and is told on the page.
    const isNetwork = /ERR_CONNECTION_|Failed to load resource|WebSocket connection/.test(message.text());
    if (message.type() === "error" && !isNetwork) wrongs.push(message.text());
  });
  page.on("pageerror", (error) => wrongs.push(error.stack ?? error.message));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== server.url && protocol !== "blob:") wrongs.push(`a request to ${request.url()}`);
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(server.url).host) wrongs.push(`a WebSocket to ${socket.url()}`);
  });
  page.on("dialog", (dialog) => {
    wrongs.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  if (process.env.MARKETD_E2E_DIST === "1") await fromDisk(context);
  await prepare?.(page);
  await page.goto(`${server.url}/${hash}`);
  return {
    page,
    wrongs,
    close: async () => {
      // What is still being answered by a test is nobody's business any more.
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
      assert.deepEqual(wrongs, []);
    },
  };
}

/** Texts of the ladder: `[price, qty]` from the best level on, as they stand on the page. */
export const ladder = (page, side) =>
  page
    .$$eval(`.ladder .${side} .row:not(.empty)`, (rows) =>
      rows.map((row) => [".price", ".qty"].map((cell) => row.querySelector(cell).textContent)),
    )
    .then((rows) => (side === "asks" ? rows.reverse() : rows));

export const hasBook = (page) => until("a book on the page", async () => (await ladder(page, "bids")).length > 2);
