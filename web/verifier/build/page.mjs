import { build } from "esbuild";
export async function page(root, common) {
  await build({ ...common, entryPoints: ["src/cli/main.ts"], outfile: "dist/cli.mjs", format: "esm", platform: "node", banner: { js: "#!/usr/bin/env node" } });
}
