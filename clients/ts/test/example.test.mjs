/** The README's examples, as they stand there, from a package that is installed as it says, against the real server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
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

/** The README's examples that can be run, each as it stands there. */
async function examples(language = "js") {
  const text = await readFile(join(root, "README.md"), "utf8");
  return [...text.matchAll(new RegExp("```" + language + "\\n([\\s\\S]*?)```", "g"))]
    .map(([, text]) => text)
    .filter((text) => /^import .*MarketClient/.test(text) && /connect\(\)/.test(text));
}

describe("examples", { skip: binary ? false : "MARKETD_BINARY names no server" }, () => {
  let folder;
  let server;
  let port;

  before(
    async () => {
      folder = await mkdtemp(join(tmpdir(), "marketd-client-"));
      port = await freePort();
      const environment = {
        ...process.env,
        MARKETD__HTTP__BIND: `127.0.0.1:${port}`,
        MARKETD__DATA_DIR: join(folder, "data"),
        RUST_LOG: "error",
      };
      delete environment.MARKETD_BINARY;
      server = run(binary, [], { env: environment, cwd: folder });
      await install();
      await ready(`http://127.0.0.1:${port}`);
    },
    { timeout: 60_000 },
  );

  after(async () => {
    server?.child.kill("SIGKILL");
    await server?.ended;
    await rm(folder, { recursive: true, force: true });
  });

  async function done(program, args, cwd) {
    const { code, printed } = await run(program, args, { cwd }).ended;
    assert.equal(code, 0, `${program} ${args.join(" ")}: ${printed}`);
  }

  /** As somebody else's project has it: packed, and installed from the file. It was built before the tests. */
  async function install() {
    const quiet = ["--loglevel=error", "--no-audit", "--no-fund"];
    await done("npm", ["pack", "--ignore-scripts", "--pack-destination", folder, ...quiet], root);
    const [file] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
    await writeFile(join(folder, "package.json"), '{ "name": "elsewhere", "private": true, "type": "module" }');
    await done("npm", ["install", "--offline", ...quiet, `./${file}`], folder);
  }

  async function printedBy(example) {
    const script = join(folder, "example.mjs");
    await writeFile(script, example.replace("127.0.0.1:8080", `127.0.0.1:${port}`));
    const { code, printed } = await run(process.execPath, ["--experimental-websocket", "--no-warnings", script], {})
      .ended;
    assert.equal(code, 0, printed);
    return printed;
  }

  test("the first follows a book", { timeout: 60_000 }, async () => {
    const printed = await printedBy((await examples())[0]);
    assert.match(printed, /connection: open/);
    assert.match(printed, /sim:BTC-USD live/);
    assert.ok(printed.match(/best bid and ask \d+\.\d+ x \d+\.\d+ \d+\.\d+ x \d+\.\d+/g)?.length > 3, printed);
  });

  test("the second takes frames one after the other, and ends", { timeout: 60_000 }, async () => {
    const printed = await printedBy((await examples())[1]);
    assert.match(printed, /^((buy|sell) \d+\.\d+ at \d+\.\d+\n)+$/);
  });

  test("the third gives orders, and follows them", { timeout: 60_000 }, async () => {
    const printed = await printedBy((await examples())[2]);
    assert.match(printed, /bought 3\.0+ at \d+/);
    assert.match(printed, /order open of 1\.0+\n/);
    assert.match(printed, /refused: (precision|tick_size) unknown outcome: false/);
    assert.match(printed, /cancelled 1\n/);
    assert.match(printed, /open orders: 1/);
    assert.match(printed, /latest fill: \d+/);
  });

  test("in TypeScript it has its types, and runs", { timeout: 60_000 }, async () => {
    const [example] = await examples("ts");
    await writeFile(join(folder, "example.mts"), example.replace("127.0.0.1:8080", `127.0.0.1:${port}`));
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const strict = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom", "--types", ""];
    await done(process.execPath, [compiler, ...strict, "example.mts"], folder);
    const made = await readFile(join(folder, "example.mjs"), "utf8");
    assert.match(await printedBy(made), /\[ '\d+\.\d+ at \d+\.\d+'/);
  });
});
