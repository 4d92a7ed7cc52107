// Everybody reads the demonstration: every link that they are shown leads somewhere, in their language, without a word too many.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { foreignInPage } from "../lib/language.js";
import { startTown } from "../lib/town.js";

const PEOPLE = {
  target: "Mette Ravn", reporter: "Lone Kvist", manager: "Vibeke Holst", superior: "Lars Thygesen", lawyer: "Ida Nørgaard", hr: "Jens Rømer",
  dpo: "Asta Winther", admin: "Ole Fjord", amr: "Anders Bøgh", stranger: "Jane Falk",
};
const SAFE_PLACES = /^https:\/\//;

describe("reading the demonstration", () => {
  let town;
  const seen = new Set();
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  for (const [who, name] of Object.entries(PEOPLE))
    for (const language of who === "manager" || who === "target" ? ["da", "en"] : ["da"])
      test(`${who}, in ${language === "da" ? "Danish" : "English"}`, () => read(who, name, language));

  async function read(who, name, language) {
    const visit = await town.as("desktop", name);
    const { page, context, done } = visit;
    if (language === "en") await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "English" }).click()]);
    const pages = await crawl(page, language);
    assert.ok(pages.size > 1, `${name} has somewhere to go`);
    if (who === "target") owesNothing(pages);
    if (who === "dpo" || who === "admin" || who === "stranger")
      assert.deepEqual([...pages.keys()].filter((path) => /exhibits|drawer=|\/do\//.test(path)), [], `${name} sees no content`);
    await lookOver(context, pages, language);
    await done();
  }

  /** Fetches every address that a link leads to, from the start page on. Gives path → html of the pages. */
  async function crawl(page, language) {
    const pages = new Map(), waiting = ["/"], known = new Set(waiting);
    while (waiting.length) {
      const path = waiting.shift();
      const answer = await page.request.get(path, { maxRedirects: 0 });
      if (answer.status() === 303 || answer.status() === 307) {
        add(answer.headers().location);
        continue;
      }
      assert.equal(answer.status(), 200, `${path}, linked to from ${[...pages].find(([, html]) => html.includes(path))?.[0]}`);
      if (!answer.headers()["content-type"].startsWith("text/html")) continue;
      const html = await answer.text();
      pages.set(path, html);
      for (const [, href] of html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)) add(href.replaceAll("&amp;", "&"), path);
    }
    assert.ok(language);
    return pages;

    function add(href, from = "/") {
      if (href.startsWith("#")) {
        assert.ok(new RegExp(`id="${href.slice(1)}"`).test(pages.get(from)), `${href} is on ${from}`);
        return;
      }
      const url = new URL(href, new URL(from, town.server.url));
      if (url.origin !== town.server.url) return assert.match(href, SAFE_PLACES);
      const path = url.pathname + url.search;
      if (!known.has(path)) { known.add(path); waiting.push(path); }
    }
  }

  /** Nothing that a target sees is theirs to do; telling more is offered, never owed. */
  function owesNothing(pages) {
    for (const [path, html] of pages) {
      assert.ok(!/Din opgave|Mine pligter|Your task|My duties|Deadline for you/.test(html), `${path} shows a duty of the target's own`);
      const deeds = [...html.matchAll(/href="[^"]*\/do\/([^"?]*)/g)].map(([, deed]) => deed).filter((deed) => deed !== "supplement");
      assert.deepEqual(deeds, [], `${path} offers the target something to do`);
    }
    assert.ok([...pages.values()].some((html) => /Ingenting\.|Nothing\./.test(html)), "a target is told that nothing is owed");
  }

  /** The language of every page; one page of each kind in the browser, at both sizes. */
  async function lookOver(context, pages, language) {
    const reader = await context.newPage();
    const wrong = await foreignInPage(reader, pages, language);
    assert.deepEqual(wrong, []);
    for (const [path] of pages) {
      const kind = kindOf(path);
      for (const screen of ["phone", "desktop"]) {
        if (seen.has(`${kind} ${screen}`)) continue;
        seen.add(`${kind} ${screen}`);
        await lookAt(await context.storageState(), path, kind, screen, language);
      }
    }
  }

  async function lookAt(storageState, path, kind, screen, language) {
    const { page, done, look } = await town.visit(screen, { storageState });
    await page.goto(path);
    await look(kind, { language });
    await done();
  }
});

/** The name of a kind of page, as the journeys call it. */
function kindOf(path) {
  const { pathname, searchParams } = new URL(path, "http://x");
  if (searchParams.has("drawer")) return searchParams.get("drawer") === "access-log" ? "access" : `drawer-${searchParams.get("drawer")}`;
  // One paragraph of the guide is like another, and there are a hundred.
  if (/^\/guide\/(?!path$|editions|edit|print)/.test(pathname)) return "guide-paragraph";
  if (/^\/guide\/editions\/\d+\/[a-z]/.test(pathname)) return "guide-edition-paragraph";
  const words = pathname.replace(/^\/cases\/\d{4}-\d{4}/, "case").split("/").filter(Boolean);
  const kind = words.filter((word) => !/^\d+$/.test(word)).join("-") || "start";
  const known = { "case-exhibits": words.length > 2 ? "exhibit" : "upload", "case-letters": "letter", "case-export": "export", "case-receipt": "receipt" };
  return known[kind] ?? kind.replace(/^case-do-/, "do-");
}
