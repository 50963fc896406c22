import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const studio = fileURLToPath(new URL("../../studio", import.meta.url));

interface Source {
  readonly path: string;
  readonly tree: ts.SourceFile;
  /** What is imported as a value, and what only as a type. */
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const sources: readonly Source[] = readdirSync(studio, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => {
    const text = readFileSync(join(studio, file), "utf8");
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
    const values: string[] = [];
    const types: string[] = [];
    for (const statement of tree.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      if (!statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
      (isTypeOnly(statement) ? types : values).push(statement.moduleSpecifier.text);
    }
    return { path: file.split(sep).join("/"), tree, values, types };
  });

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
  return !clause?.name && named.length > 0 && named.every((element) => element.isTypeOnly);
}

const isInWorker = ({ path }: Source): boolean => path.startsWith("worker/");
/** No DOM and no framework: what a test, a teacher's script or another page can use as it is. */
const isPlain = ({ path }: Source): boolean => /^(state|lessons|digits|worker)\//.test(path);

const packages = /^(nabla(\/[\w-]+)?|preact(\/hooks|\/compat)?|@preact\/signals|valibot|d3-(contour|scale|shape))$/;

test("the studio is made of itself, of what nabla exports, and of the packages it names", () => {
  const strange = sources.flatMap(({ path, values, types }) =>
    [...values, ...types]
      .filter((name) => !name.startsWith(".") && !packages.test(name))
      .map((name) => `${path}: ${name}`),
  );
  expect(strange).toEqual([]);
  const outside = sources.flatMap(({ path, values, types }) =>
    [...values, ...types]
      .filter((name) => name.startsWith("."))
      .filter((name) => join("/studio", path, "..", name).split(sep)[1] !== "studio")
      .map((name) => `${path}: ${name}`),
  );
  expect(outside, "src/ is reached by nabla's public names alone").toEqual([]);
});

test("state, lessons and worker know no framework and no document", () => {
  const breaches = sources.filter(isPlain).flatMap(({ path, tree, values }) => {
    const found = values.filter((name) => /preact/.test(name)).map((name) => `${path} imports ${name}`);
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && ["document", "window", "localStorage", "HTMLElement"].includes(node.text)) {
        const isName = ts.isPropertyAssignment(node.parent) || ts.isPropertyAccessExpression(node.parent);
        if (!isName) found.push(`${path} names ${node.text}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  });
  expect(breaches).toEqual([]);
});

test("the page leaves the engine to the worker, but for how a derivation writes a number", () => {
  const engine = /^nabla\/(explain|graph|compile|classic)$/;
  const numbers = "panels/numbers/number-words.ts";
  expect(readFileSync(join(studio, numbers), "utf8")).toContain('import { numberText } from "nabla/explain";');
  const breaches = sources
    .filter((source) => !isInWorker(source))
    .flatMap(({ path, values }) => values.filter((name) => engine.test(name)).map((name) => `${path}: ${name}`));
  expect(breaches).toEqual([`${numbers}: nabla/explain`]);
});

test("nothing is written as HTML, evaluated, or fetched from elsewhere", () => {
  const breaches = sources.flatMap(({ path, tree }) => {
    const text = tree.getFullText();
    const found = [
      /innerHTML/,
      /outerHTML/,
      /insertAdjacentHTML/,
      /dangerouslySetInnerHTML/,
      /\beval\(/,
      /new Function/,
      /https?:\/\/(?!www\.w3\.org)/,
    ]
      .filter((pattern) => pattern.test(text))
      .map((pattern) => `${path}: ${pattern}`);
    return found;
  });
  expect(breaches).toEqual([]);
});
