// Puts the page together: one HTML file with one script and one style sheet, each allowed by its hash and nothing else.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LIMIT = 300 * 1024;

const sha256 = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

export async function page(root, common) {
  const example = { bundle: readFileSync(join(root, "src/page/example.json"), "utf8"), trust: readFileSync(join(root, "src/page/example.trust.json"), "utf8") };
  const bundled = async (entry, options) => (await build({ ...common, entryPoints: [entry], write: false, minify: true, ...options })).outputFiles[0].text.trim();
  const script = (await bundled("src/page/main.ts", { format: "iife", define: { EXAMPLE: JSON.stringify(example) } })).replaceAll("</script", "<\\/script");
  const style = await bundled("src/page/style.css", {});
  const policy = `default-src 'none'; script-src ${sha256(script)}; style-src ${sha256(style)}; worker-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Kleroterion</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript>
<p lang="nl">Deze pagina controleert met een eigen script, op uw toestel. Sta het toe, of vraag de controle aan het loket van de organisator.</p>
<p lang="fr">Cette page vérifie avec son propre script, sur votre appareil. Autorisez-le, ou demandez la vérification au guichet de l’organisateur.</p>
<p lang="de">Diese Seite prüft mit einem eigenen Skript, auf Ihrem Gerät. Erlauben Sie es, oder lassen Sie am Schalter des Veranstalters prüfen.</p>
<p lang="en">This page checks with a script of its own, on your device. Allow it, use the program klero-verify, or ask at the organiser’s desk.</p>
</noscript>
<script>${script}</script>
</body>
</html>
`;
  const size = Buffer.byteLength(html);
  if (size > LIMIT) throw new Error(`the page has ${size} bytes, more than ${LIMIT}`);
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, "dist/verifier.html"), html);
  await build({ ...common, entryPoints: ["src/cli/main.ts"], outfile: "dist/cli.mjs", format: "esm", platform: "node", minify: true });
  console.log(`dist/verifier.html: ${size} bytes, SHA-256 ${createHash("sha256").update(html).digest("hex")}`);
}
