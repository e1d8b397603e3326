/** The README's example, as it stands there, against the real server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const binary = process.env.MARKETD_BINARY;
const root = fileURLToPath(new URL("..", import.meta.url));

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function run(program, args, options) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  let printed = "";
  child.stdout.on("data", (data) => (printed += data));
  return { child, ended: new Promise((resolve) => child.once("exit", (code) => resolve({ code, printed }))) };
}

async function ready(url) {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await fetch(`${url}/readyz`).catch(() => null))?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("the server was not ready within 30 s");
}

test(
  "the README's example follows a book",
  { skip: binary ? false : "MARKETD_BINARY names no server", timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "marketd-client-"));
    const port = await freePort();
    const environment = {
      ...process.env,
      MARKETD__HTTP__BIND: `127.0.0.1:${port}`,
      MARKETD__DATA_DIR: join(folder, "data"),
      RUST_LOG: "error",
    };
    delete environment.MARKETD_BINARY;
    const server = run(binary, [], { env: environment, cwd: folder });
    try {
      await ready(`http://127.0.0.1:${port}`);
      const [, example] = /```js\n([\s\S]*?)```/.exec(await readFile(join(root, "README.md"), "utf8"));
      const script = join(folder, "example.mjs");
      await writeFile(
        script,
        example
          .replace("127.0.0.1:8080", `127.0.0.1:${port}`)
          .replace('"marketd-client"', JSON.stringify(join(root, "dist/index.js"))),
      );
      const { code, printed } = await run(process.execPath, ["--experimental-websocket", "--no-warnings", script], {})
        .ended;
      assert.equal(code, 0, printed);
      assert.match(printed, /connection: open/);
      assert.match(printed, /sim:BTC-USD live/);
      assert.ok(printed.match(/best bid and ask \d+\.\d+ x \d+\.\d+ \d+\.\d+ x \d+\.\d+/g)?.length > 3, printed);
    } finally {
      server.child.kill("SIGKILL");
      await server.ended;
      await rm(folder, { recursive: true, force: true });
    }
  },
);
