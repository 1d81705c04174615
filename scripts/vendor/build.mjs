// Builds web/static/vendor/ from the packages locked beside this file: bundles, licences and their hashes.
// `npm ci && node build.mjs`. The result is committed, so that installing Earshot needs neither node nor a network.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "..", "web", "static", "vendor");
const packages = ["preact", "@preact/signals", "@preact/signals-core", "htm", "swagger-ui-dist", "uplot"];
const swagger = ["swagger-ui-bundle.js", "swagger-ui.css"];

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [entry, file] of [["preact-bundle.mjs", "preact.js"], [join("node_modules", "uplot", "dist", "uPlot.esm.js"), "uplot.js"]]) {
  await build({
    entryPoints: [join(here, entry)],
    outfile: join(target, file),
    absWorkingDir: here,
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    legalComments: "none",
  });
}
await writeFile(join(target, "uplot.css"), await readFile(join(here, "node_modules", "uplot", "dist", "uPlot.min.css"), "utf8"));
for (const file of swagger) {
  const text = await readFile(join(here, "node_modules", "swagger-ui-dist", file), "utf8");
  await writeFile(join(target, file), text.replace(/\n?\/[/*]# sourceMappingURL=.*?(\*\/)?\s*$/, "\n"));
}

const licences = [];
for (const name of packages) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : "";
  licences.push(`${name} ${version} (${license})\n${"=".repeat(72)}\n${text.trim()}\n`);
}
const bundled = await readFile(join(here, "node_modules", "swagger-ui-dist", "swagger-ui-bundle.js.LICENSE.txt"), "utf8");
const notice = await readFile(join(here, "node_modules", "swagger-ui-dist", "NOTICE"), "utf8");
licences.push(`Inside swagger-ui-bundle.js\n${"=".repeat(72)}\n${notice.trim()}\n\n${bundled.trim()}\n`);
await writeFile(join(target, "LICENSES"), licences.join("\n\n"));

const files = (await readdir(target)).filter((name) => name !== "SHA256SUMS").sort();
const sums = await Promise.all(
  files.map(async (name) => `${createHash("sha256").update(await readFile(join(target, name))).digest("hex")}  ${name}`),
);
await writeFile(join(target, "SHA256SUMS"), sums.join("\n") + "\n");
