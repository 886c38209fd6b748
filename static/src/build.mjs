// Builds static/embed.js, box.js and actions.js from the modules in this folder. The catalogues in
// static/locale/ are built before (docs/catalogues.py); the box asks for them by their hash.
// With --verify nothing is written: it fails where the committed files are not what a build makes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = new URL("./", import.meta.url);
const target = ["es2022", "chrome123", "firefox124", "safari17.5"];

/** @returns {Promise<string>} the bundle as text */
async function bundle(entry, options) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, here))],
    bundle: true,
    minify: true,
    write: false,
    legalComments: "none",
    charset: "utf8",
    target,
    loader: { ".css": "text" },
    plugins: [minifiedStyles],
    ...options,
  });
  return result.outputFiles[0].text;
}

const minifiedStyles = {
  name: "minified-styles",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { transform } = await import("esbuild");
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, target });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The hash in an address, so that what is cached under it never changes. */
const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** What a page's integrity check is told (W3C Subresource Integrity). */
const integrity = (text) => `sha384-${createHash("sha384").update(text).digest("base64")}`;

/** The hash of all catalogues. */
async function wordsVersion() {
  const folder = new URL("../locale/", here);
  const names = (await readdir(folder).catch(() => [])).sort();
  const texts = names.map((name) => readFile(new URL(name, folder), "utf8"));
  return hash((await Promise.all(texts)).join(""));
}

const actions = await bundle("actions.js", { format: "esm" });
const box = await bundle("box.js", {
  format: "esm",
  define: {
    WORDS_VERSION: JSON.stringify(await wordsVersion()),
    ACTIONS_VERSION: JSON.stringify(hash(actions)),
    ACTIONS_INTEGRITY: JSON.stringify(integrity(actions)),
  },
});
const embed = await bundle("embed.js", {
  format: "iife",
  define: {
    BOX_VERSION: JSON.stringify(hash(box)),
    BOX_INTEGRITY: JSON.stringify(integrity(box)),
  },
});

const verify = process.argv.includes("--verify");
for (const [name, text] of Object.entries({ embed, box, actions })) {
  const file = new URL(`../${name}.js`, here);
  if (!verify) {
    await writeFile(file, text);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`static/${name}.js is not what a build makes: run "npm run build".`);
    process.exitCode = 1;
  }
}
