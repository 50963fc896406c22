/**
 * `npm test`: sets up, checks types and lint, builds, and runs every test. The last line is always
 * `N passed, N failed`, where set-up, type check, lint and build count as one test each.
 * Arguments after `--` go to vitest: `npm test -- test/graph` runs one folder.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { ensureBrowser } from "./find-browser.mjs";
import { Failure, root, run, runBeside, say } from "./process.mjs";
import { setup } from "./setup.mjs";

const started = performance.now();
const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs one stage that is a test of its own; gives whether it passed. */
async function stage(name, action) {
  say(name);
  let isPassed = false;
  try {
    isPassed = (await action()) !== false;
  } catch (error) {
    say(error instanceof Failure ? error.message : String(error.stack ?? error));
  }
  counts[isPassed ? "passed" : "failed"] += 1;
  if (!isPassed) say(`${name}: failed`);
  return isPassed;
}

/** A package's program by its script, without a shell in between: what to start, with what words. */
const tool = (script, ...words) => [process.execPath, [join(root, "node_modules", script), ...words]];

/** Runs vitest and adds up what its JSON report says. */
function runTests(browser) {
  const folder = mkdtempSync(join(tmpdir(), "nabla-test-"));
  const report = join(folder, "report.json");
  const words = [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const script = join(root, "node_modules", "vitest", "vitest.mjs");
  try {
    const status = run(process.execPath, [script, ...words], { env: { ...process.env, CHROME_PATH: browser } });
    const { passed, failed, skipped } = countTests(JSON.parse(readFileSync(report, "utf8")));
    if (passed + failed === 0) throw new Failure("vitest ran no test");
    counts.passed += passed;
    counts.skipped += skipped;
    // A file that never loaded, or an error outside every test, has no failed test of its own to show for it.
    counts.failed += Math.max(failed, status === 0 ? 0 : 1);
  } catch (error) {
    counts.failed += 1;
    say(error instanceof Failure ? error.message : `vitest left no report: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts tests; a file that failed before its first test counts as one failure. */
function countTests({ testResults }) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of testResults) {
    const tests = file.assertionResults.map(({ status }) => status);
    count.passed += tests.filter((status) => status === "passed").length;
    const failed = tests.filter((status) => status === "failed").length;
    count.failed += failed === 0 && file.status === "failed" ? 1 : failed;
    count.skipped += tests.filter((status) => status !== "passed" && status !== "failed").length;
  }
  return count;
}

function finish() {
  say(`tests took ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  if (counts.failed > 0) process.exitCode = 1;
}

async function main() {
  let browser;
  const isReady = await stage("set-up", () => {
    setup();
    browser = ensureBrowser();
  });
  if (!isReady) return;
  const types = runBeside(...tool("typescript/bin/tsc", "-p", "tsconfig.json")); // takes as long as the others together
  await stage("lint", () => run(...tool("@biomejs/biome/bin/biome", "check", "--error-on-warnings", ".")) === 0);
  await stage("build", () => build({ types: true }));
  await stage("type check", async () => {
    const { status, output } = await types;
    process.stderr.write(output);
    return status === 0;
  });
  say("tests");
  runTests(browser);
}

await main();
finish();
