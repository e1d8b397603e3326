// Makes src/generated/{rest,ws}.ts from docs/openapi.json and docs/schemas/ws.
// usage: node generate.mjs [--check]    With --check nothing is written, and a difference is a failure.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const docs = new URL("../../../docs/", import.meta.url);
const out = new URL("../src/generated/", import.meta.url);
const isCheck = process.argv.includes("--check");

const json = async (path) => JSON.parse(await readFile(new URL(path, docs), "utf8"));

// A reference with fields beside it means both, which the generator understands only when it is spelled out.
function spelledOut(value) {
  if (Array.isArray(value)) return value.map(spelledOut);
  if (value === null || typeof value !== "object") return value;
  const { $ref, properties, required, ...rest } = value;
  const made = Object.fromEntries(Object.entries(value).map(([key, held]) => [key, spelledOut(held)]));
  if ($ref === undefined || properties === undefined) return made;
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, held]) => [key, spelledOut(held)])),
    allOf: [{ $ref }, { type: "object", properties: made.properties, required: required ?? [] }],
  };
}

// The two unions name every message, and hold every type that those are made of.
async function messages() {
  const schemas = {};
  for (const name of ["ServerMessage", "ClientMessage"]) {
    const { $defs, $schema: _, ...union } = await json(`schemas/ws/${name}.json`);
    Object.assign(schemas, $defs, { [name]: union });
  }
  const text = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "ws", version: "1" },
    paths: {},
    components: { schemas },
  });
  return JSON.parse(text.replaceAll("#/$defs/", "#/components/schemas/"));
}

const options = { defaultNonNullable: false, alphabetize: true };
const header = (from) => `// Made from ${from} by clients/ts/codegen. Do not edit.\n\n`;
const files = {
  "rest.ts":
    header("docs/openapi.json") + astToString(await openapiTS(spelledOut(await json("openapi.json")), options)),
  "ws.ts": header("docs/schemas/ws") + astToString(await openapiTS(spelledOut(await messages()), options)),
};

let different = 0;
for (const [name, text] of Object.entries(files)) {
  const path = new URL(name, out);
  const held = await readFile(path, "utf8").catch(() => "");
  if (held === text) continue;
  different += 1;
  if (isCheck)
    console.error(
      `clients/ts/src/generated/${name} is not what the documents say: run npm run generate in clients/ts/codegen`,
    );
  else await writeFile(path, text);
}
if (isCheck && different > 0) process.exit(1);
