// Builds static/embed.js, box.js and actions.js from the modules in this folder.
// With --verify nothing is written: it fails where the committed files are not what a build makes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
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

/** The box imports the actions, a file of its own, by their address. */
const actionsApart = (version) => ({
  name: "actions-apart",
  setup(builder) {
    const found = { path: `./actions.js?v=${version}`, external: true };
    builder.onResolve({ filter: /^\.\/actions\.js$/ }, () => found);
  },
});

const actions = await bundle("actions.js", { format: "esm", plugins: [] });
const box = await bundle("box.js", {
  format: "esm",
  plugins: [minifiedStyles, actionsApart(hash(actions))],
});
const embed = await bundle("embed.js", {
  format: "iife",
  define: { BOX_VERSION: JSON.stringify(hash(box)) },
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
