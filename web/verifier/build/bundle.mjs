// Builds the verifier. `node build/bundle.mjs` writes dist/; `--test` writes the tests to .build/test for node's runner.
// The page's bytes are a function of the sources and the lock file alone: no date, no path, no version of the machine.

import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: root, bundle: true, charset: "utf8", legalComments: "none", logLevel: "warning", target: "es2022" };

if (process.argv.includes("--test")) {
  const browser = readdirSync(join(root, "browser")).filter((f) => f.endsWith(".test.ts")).map((f) => `browser/${f}`);
  await build({ ...common, entryPoints: browser, outdir: ".build/browser", outExtension: { ".js": ".mjs" }, format: "esm", platform: "node", packages: "external", sourcemap: "inline" });
  const tests = readdirSync(join(root, "test")).filter((f) => f.endsWith(".test.ts")).map((f) => `test/${f}`);
  await build({ ...common, entryPoints: tests, outdir: ".build/test", outExtension: { ".js": ".mjs" }, format: "esm", platform: "node", packages: "external", sourcemap: "inline" });
} else if (process.argv.includes("--compare")) {
  await build({ ...common, entryPoints: ["compare/compare.ts"], outfile: ".build/compare.mjs", format: "esm", platform: "node", packages: "external", sourcemap: "inline" });
} else {
  const { page } = await import("./page.mjs");
  await page(root, common);
}
