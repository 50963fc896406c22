/** The licence texts of the packages that ended up in a bundle. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure, root } from "./process.mjs";

/** `inputs` are the files of esbuild's metafile; gives the text to ship and the packages' names. */
export function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    if (input.includes("node_modules/")) folders.add(packageFolder(input));
  }
  const packages = [...folders].sort().map(readLicence);
  const heading = "The files in dist contain code of the packages below, under their own licences.\n";
  const parts = packages.map(
    ({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text.trim()}\n`,
  );
  return { text: [heading, ...parts].join(`\n${"-".repeat(80)}\n\n`), packages: packages.map(({ name }) => name) };
}

/** The folder of the package that owns a file: the nearest above it whose package.json has a name and a version. */
function packageFolder(input) {
  for (let folder = dirname(input); folder.includes("node_modules/"); folder = dirname(folder)) {
    const file = join(root, folder, "package.json");
    if (existsSync(file) && "version" in JSON.parse(readFileSync(file, "utf8"))) return folder;
  }
  throw new Failure(`no package.json above ${input}`);
}

function readLicence(folder) {
  const { name, version, license: licence } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  if (!file) throw new Failure(`the package ${name} is bundled and has no licence file`);
  return { name, version, licence, text: readFileSync(join(root, folder, file), "utf8") };
}
