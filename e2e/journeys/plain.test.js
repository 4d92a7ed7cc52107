// Without JavaScript, and without a mouse.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { shot } from "../lib/browser.js";
import { png, sha256 } from "../lib/files.js";
import { numberOf, report, startTown } from "../lib/town.js";

describe("without JavaScript, and without a mouse", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  for (const screen of ["phone", "desktop"]) {
    test(`without JavaScript: told with a file, received, taken out, on a ${screen}`, async () => {
      const plain = { javaScriptEnabled: false };
      const target = await town.as(screen, "Mette Ravn", plain);
      const bytes = png(screen === "phone" ? 51 : 52);
      await target.page.goto("/report");
      await shot(target.page, `report-without-javascript-${screen}`);
      const number = await report(target.page, { text: "Uden JavaScript", files: [{ name: "a.png", type: "image/png", bytes }] });
      await target.page.locator("summary", { hasText: "fuld længde" }).click();
      assert.equal((await target.page.locator("details p code").innerText()).replaceAll(" ", ""), sha256(bytes));
      await target.done();

      const manager = await town.as(screen, "Vibeke Holst", plain);
      await manager.page.getByRole("link", { name: "Modtag sagen" }).first().waitFor();
      await manager.page.goto(`/cases/${number}`);
      await manager.page.locator(".next button").first().click();
      await manager.page.getByText("Du har taget imod sagen").waitFor();
      await manager.page.getByRole("link", { name: "Vis indholdet af bilag 1" }).click();
      await manager.page.locator("img.shown").waitFor();
      await manager.page.goto(`/cases/${number}/export`);
      const [download] = await Promise.all([
        manager.page.waitForEvent("download", { timeout: 60_000 }), manager.page.getByRole("button", { name: "Hent: Sagen med borgeren" }).click(),
      ]);
      await town.server.vaern("verify", await download.path());
      await manager.done();
    });

    test(`with the keyboard alone: told and weighed, on a ${screen}`, async () => {
      const target = await town.as(screen, "Mette Ravn");
      let { page } = target;
      await page.goto("/report");
      await page.locator("form.live").waitFor();
      await skip(page);
      await tabTo(page, "[name=about]");
      await page.keyboard.press("ArrowRight");
      assert.ok(await page.locator("[name=about][value=colleague]").isChecked());
      await tabTo(page, "#colleague");
      await page.keyboard.type("Lone Kvist");
      await tabTo(page, "#exhibit");
      await tabTo(page, "#text");
      await page.keyboard.type("Skrevet uden mus.");
      await tabTo(page, "#acute");
      await page.keyboard.press("Space");
      await tabTo(page, "summary");
      await page.keyboard.press("Enter");
      await tabTo(page, "#medium");
      await page.keyboard.type("Sms");
      await tabTo(page, "#originator");
      await page.keyboard.type("Ukendt");
      await tabTo(page, "button[type=submit]");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/receipt");
      const number = numberOf(page);
      await target.done();

      const lawyer = await town.as(screen, "Ida Nørgaard");
      page = lawyer.page;
      await page.goto(`/cases/${number}/do/review`);
      await skip(page);
      for (const [name, answer] of REVIEW) {
        await tabTo(page, `[name="${name}"]`);
        if (typeof answer === "string") await page.keyboard.type(answer);
        else {
          await page.keyboard.press("Space");
          for (let step = 0; step < answer; step++) await page.keyboard.press("ArrowDown");
        }
      }
      await tabTo(page, "main button[type=submit]");
      await page.keyboard.press("Enter");
      await page.waitForURL("**?done=review");
      assert.match(await page.locator("main").innerText(), /Vurderet: chikane/i);
      await lawyer.done();
    });
  }
});

/** The fields of the review in their order; a number is how many answers down. */
const REVIEW = [
  ["grounds.said", "En sms om natten"], ["grounds.about", "En medarbejder"], ["grounds.aim", 1], ["grounds.truth", 2], ["grounds.threat", 0],
  ["without_exhibits", "Der er kun fortalt om den."], ["grounds.counter_argument", "Han var vred."], ["grounds.conclusion", "Det er for meget."],
  ["outcome", 2], ["contact.may", 0],
];

/** The first stop is the link past the header, and it works. */
async function skip(page) {
  await page.keyboard.press("Tab");
  const link = page.locator(".skipnav");
  assert.ok(await link.evaluate((node) => node === document.activeElement), "the first stop is the skip link");
  // It glides in.
  await page.waitForFunction(() => {
    const { top, left, height } = document.querySelector(".skipnav").getBoundingClientRect();
    return top >= 0 && left >= 0 && height > 10;
  });
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
}

/** Tab until the focus is on what is looked for; every stop on the way shows where it is. */
async function tabTo(page, selector) {
  const passed = [];
  for (let stop = 0; stop < 60; stop++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((selector) => {
      const node = document.activeElement, next = node.nextElementSibling;
      const places = [[node], [next], [next, "::before"], [next, "::after"], [node.closest(".drop")], [node.closest("label")]];
      const marked = places.some(([place, pseudo]) => {
        if (!place) return false;
        const style = getComputedStyle(place, pseudo);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
      });
      // The button inside a date field has the focus without the field having it; the browser rings that itself.
      const inside = !node.matches(":focus") && /^date/.test(node.type);
      return { found: node.matches(selector), marked: marked || inside, name: node.outerHTML.slice(0, 90) };
    }, selector);
    assert.ok(at.marked, `the focus shows on ${at.name}`);
    if (at.found) return;
    passed.push(at.name);
  }
  assert.fail(`Tab never reaches ${selector}; it passed\n${passed.join("\n")}`);
}
