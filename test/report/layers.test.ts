import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { layersHtml } from "../../src/report/html-layers.ts";
import { digitsLayers, hostileLayers, planeLayers } from "./layers-sample.ts";
import { hostileNames } from "./sample.ts";

const pages = { digits: layersHtml(digitsLayers), plane: layersHtml(planeLayers), hostile: layersHtml(hostileLayers) };
const wordsOf = (html: string) => html.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<[^>]*>/g, " ");

describe.each(Object.entries(pages))("the page of units: %s", (_, html) => {
  test("meets its own policy: one style by its hash, no script, no address but data:", () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    expect(html).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
    expect(html).not.toMatch(/<script|\sstyle=|<[^>]*\son[a-z]+=|<iframe|<object|<base|@import|url\(/i);
    for (const [, address] of html.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^data:/);
  });
  test("has no hidden character, and an id once", () => {
    expect(html.match(/[^\P{C}\n\u200c\u200d]/gu)).toBeNull();
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(id);
  });
  test("every picture has words", () => {
    for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toMatch(/ alt="[^"]+"/);
    for (const [, svg] of html.matchAll(/<svg[^>]*>([\s\S]*?)<\/svg>/g)) expect(svg).toMatch(/<title>[^<]+<\/title>/);
  });
});

describe("the page of units", () => {
  test("says how many units there are, which are dead, and how to see more", () => {
    const words = wordsOf(pages.digits).replace(/\s+/g, " ");
    expect(words).toContain("131 units in 2 layers, shown 10,000 examples of mnist . 2 of them are dead.");
    expect(words).toContain("128 units, 1 dead: 0");
    expect(words).toContain("5 units of 128 are shown. For another: nabla layers latest --layer 1 --unit 5");
    expect(words).toContain("--units 128");
  });
  test("says what each search came to", () => {
    const words = wordsOf(pages.digits);
    for (const text of [
      "Drives it to 3.00",
      "Drives it to 4.00, all the bounds allow",
      "Drives it to 5.00, still rising",
      "Nothing drives it: no slope at the start (6.00)",
      "The search failed: 7.00, from 0.100",
    ])
      expect(words).toContain(text);
  });
  test("says which weights are an approximation, and only of those", () => {
    const layers = pages.digits.split('class="panel layer"').slice(1);
    expect(layers.map((layer) => layer.includes("an approximation"))).toEqual([false, true]);
    expect(pages.plane).toContain("the slope of the unit at an input of zeros");
  });
  test("shows points and rows by their numbers, the largest sum first", () => {
    expect(wordsOf(pages.plane).replace(/\s+/g, " ")).toContain("12.3 7 (0.250, −3.00), example 1 ");
    expect(layersHtml({ ...planeLayers, isStandardized: true })).toContain("in standard deviations");
    expect(pages.plane).not.toContain("standard deviations");
  });
  test("has the figures as a table too", () => {
    expect(pages.digits.match(/<details>/g)).toHaveLength(2);
    expect(pages.digits).toMatch(/<th scope="row">4<\/th><td>40\.0 %<\/td>/);
    expect(pages.digits).toContain("<td>dead</td>");
  });
  test("names from data stand in isolation, and none is there in full when it is long", () => {
    for (const name of hostileNames.slice(0, 3)) expect(pages.hostile).not.toContain(name);
    expect(pages.hostile).not.toContain("x".repeat(100));
    expect(pages.hostile).toContain("[U+202E]");
  });
  test("the same data give the same text", () => expect(layersHtml(digitsLayers)).toBe(pages.digits));
});
