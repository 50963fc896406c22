import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { reportHtml } from "../../src/report/html.ts";
import { sha256Base64 } from "../../src/report/sha256.ts";
import { digitsReport, epoch, hostileNames, hostileReport, regressionReport } from "./sample.ts";

const page = reportHtml(digitsReport);
const cells = (html: string, tag: string) =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, "gs"))].map((match) => match[1]!.replace(/<[^>]*>/g, ""));

describe("sha256Base64", () => {
  test("agrees with node:crypto around every edge of a block", () => {
    for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 128, 1000]) {
      const text = "aé漢".repeat(length).slice(0, length);
      expect(sha256Base64(text), String(length)).toBe(createHash("sha256").update(text).digest("base64"));
    }
  });
});

describe("the security policy", () => {
  test("allows nothing but data: pictures and the one stylesheet, by its hash", () => {
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    const hash = createHash("sha256").update(style).digest("base64");
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      "img-src data:",
      `style-src 'sha256-${hash}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });
  test("stands before everything it governs", () => {
    const at = page.indexOf("Content-Security-Policy");
    for (const tag of ["<style", "<title", "<link", "<img", "<svg"]) expect(page.indexOf(tag)).toBeGreaterThan(at);
  });
  test("is met: one style element, no style attribute, no script, no address but data:", () => {
    for (const html of [page, reportHtml(hostileReport), reportHtml(regressionReport)]) {
      expect(html.match(/<style/g)).toHaveLength(1);
      expect(html).not.toMatch(/<script|\sstyle=|<[^>]*\son[a-z]+=|<iframe|<object|<base|@import|url\(/i);
      for (const [, address] of html.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^data:/);
    }
  });
});

describe("a classifier's report", () => {
  test("puts test accuracy beside the majority baseline", () => {
    expect(page).toContain('<p class="figure">95.83 %</p>');
    expect(page).toContain("9,583 of 10,000 right");
    expect(page).toMatch(/Always answering <bdi>1<\/bdi><\/span><span>11\.35 %/);
  });
  test("says so when the model is no better than the baseline", () => {
    const dull = { ...digitsReport, baseline: { name: "1", share: 0.99 } };
    expect(reportHtml(dull)).toContain("no better than always giving the same answer");
    expect(page).not.toContain("no better");
  });
  test("has the confusion matrix as a table with headings", () => {
    const table = /<table class="confusion"[^>]*>([\s\S]*?)<\/table>/.exec(page)![1]!;
    const rows = cells(table, "tr");
    expect(rows).toHaveLength(12);
    expect(table.match(/<th scope="col">/g)).toHaveLength(11);
    expect(table.match(/<th scope="row">/g)).toHaveLength(11);
    const four = /<th scope="row"><bdi>4<\/bdi><\/th>(.*?)<\/tr>/s.exec(table)![1]!;
    expect(cells(four, "td")).toEqual(["3", "", "4", "1", "933", "", "8", "5", "", "28", "95.0"]);
    expect(four).toContain('<td class="heat-9">28</td>');
    expect(page).toContain("Most often <bdi>4</bdi> was seen as <bdi>9</bdi>: 28 times.");
  });
  test("shows the worst mistakes as pictures with captions", () => {
    const captions = cells(page, "figcaption");
    expect(captions).toHaveLength(18);
    expect(captions[0]).toBe("seen as 4 (99.8\u00a0%), is 9");
    expect(page.match(/<img class="ink" src="data:image\/png;base64,/g)).toHaveLength(18);
    expect(page.match(/<img [^>]*alt="Test sample [\d]+"/g)).toHaveLength(18);
  });
  test("draws loss and accuracy, and tells every epoch's figures", () => {
    expect(cells(page, "svg").filter((text) => text.includes("over the epochs"))).toHaveLength(2);
    expect(page).toContain("validation 97.13 %");
    const row = /<tr class="best">(.*?)<\/tr>/s.exec(page)![1]!;
    expect(cells(row, "td")).toEqual(["0.0714", "97.91 %", "0.0958", "97.13 %", "48,500", "1.2 s"]);
    expect(row).toContain("5 best");
  });
  test("says how to repeat it", () => {
    for (const text of ["101,770", "28 × 28", "cross entropy", "portable", "23 November 2026, 12:36", "--seed 7"]) {
      expect(page).toContain(text);
    }
  });
  test("has a language, one h1, landmarks, and sections named by their headings", () => {
    expect(page).toContain('<html lang="en">');
    for (const tag of ["h1", "main", "header", "footer"])
      expect(page.match(new RegExp(`<${tag}>`, "g"))).toHaveLength(1);
    const labels = [...page.matchAll(/<section [^>]*aria-labelledby="([^"]*)"/g)].map((match) => match[1]!);
    expect(new Set(labels).size).toBe(labels.length);
    for (const id of labels) expect(page).toContain(`<h2 id="${id}">`);
  });
  test("is the same text for the same data", () => expect(reportHtml(digitsReport)).toBe(page));
});

describe("what is not there is left out", () => {
  test("regression on rows of numbers", () => {
    const html = reportHtml(regressionReport);
    expect(html).toContain('<h2 id="result">Test loss</h2>');
    expect(html).toContain('<p class="figure">1.375</p>');
    expect(html.replace(/<style>[\s\S]*<\/style>/, "")).not.toMatch(/accuracy|Confusion|<img|Val\. |baseline/i);
    expect(html).toContain("<td>1.00, 2.50, −3.00, 4.00, 5.00, 6.00, …</td>");
    expect(html).toContain("It stopped early");
  });
  test("no evaluation, no mistake, one epoch", () => {
    const history = { ...digitsReport.history, epochs: [epoch(1, 0.5, 0.9)], stopped: "stopped" } as const;
    const html = reportHtml({ ...digitsReport, evaluation: undefined, mistakes: undefined, history });
    expect(html).toContain(">Training loss</h2>");
    expect(html).not.toContain("<svg");
    expect(html).toContain("It was stopped before its last epoch.");
  });
  test("no epoch at all", () => {
    const history = { epochs: [], stopped: "stopped", best: 0, seconds: 0 } as const;
    expect(reportHtml({ ...digitsReport, history })).not.toContain(">Epochs</h2>");
  });
  test("a loss that is not a number is said, and breaks nothing", () => {
    const epochs = [epoch(1, 0.5, 0.9), epoch(2, Number.POSITIVE_INFINITY, 0.1), epoch(3, 0.4, 0.92)];
    expect(reportHtml({ ...digitsReport, history: { ...digitsReport.history, epochs } })).toContain(
      "<td>infinite</td>",
    );
  });
  test("many classes: a table of classes stands for the matrix", () => {
    const classes = Array.from({ length: 60 }, (_, i) => `c${i}`);
    const matrix = classes.map((_, i) => classes.map((_, j) => (i === j ? 3 : i === 2 && j === 7 ? 2 : 0)));
    const evaluation = { loss: 1, accuracy: 0.9, confusion: matrix, size: 182 };
    const html = reportHtml({ ...digitsReport, data: { ...digitsReport.data, classes }, evaluation });
    expect(html).not.toContain('<table class="confusion"');
    expect(html).toMatch(/<bdi>c2<\/bdi><\/th><td>5<\/td><td>3<\/td><td>100\.0<\/td><td>60\.0<\/td>/);
  });
  test("long runs show at most about a hundred epochs", () => {
    const epochs = Array.from({ length: 5000 }, (_, i) => epoch(i + 1, 1 / (i + 1), 0.9));
    const html = reportHtml({ ...digitsReport, history: { ...digitsReport.history, epochs, best: 4321 } });
    expect(html).toContain("4321 best");
    expect(html).toMatch(/<th scope="row">5000<\/th>/);
    expect(html.length).toBeLessThan(200_000);
  });
});

describe("hostile names", () => {
  const html = reportHtml(hostileReport);
  test("none becomes markup or an invisible character", () => {
    expect(html.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028]/u);
    expect(html).toContain("[U+202E]");
    expect(html).toContain("[U+001B]");
    expect(html).toContain("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain("(no name)");
    for (const tag of ["script", "/style></title", "svg onload"]) expect(html).not.toContain(`<${tag}>`);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
    expect(html.match(/<\/title>/g)!.length).toBe(1 + html.match(/<svg xmlns/g)!.length);
  });
  test("tags balance as in a harmless report of the same form", () => {
    const harmless = JSON.parse(
      JSON.stringify(hostileReport, (_, value) =>
        typeof value === "string" && hostileNames.includes(value) ? "a" : value,
      ),
    );
    const picture = hostileReport.mistakes![0]!.picture;
    harmless.mistakes.forEach((mistake: { picture: unknown }) => {
      mistake.picture = picture;
    });
    const tags = (text: string) =>
      (text.match(/<\/?[a-z][a-z0-9]*/g) ?? []).filter((tag) => !tag.includes("div")).join(" ");
    expect(tags(html)).toBe(tags(reportHtml(harmless)));
  });
  test("a metric called __proto__ is a metric", () => {
    expect(html).toMatch(/<th scope="col"><bdi>__proto__<\/bdi><\/th>/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
  test("lengths are bounded", () => expect(html.length).toBeLessThan(120_000));
});
