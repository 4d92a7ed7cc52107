// The guide's other pages: the editor and its preview, two editors at once, two editions side by side, the public guide, the team
// meeting, the how-to on the report, the private self-check; and HR's whole way in English.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTown } from "../lib/town.js";

const CHAPTER = "95-aftaler";
const DA = "# Aftaler {#aftaler}\n\n## Hvem svarer på opslag {#aftaler-hvem role=employee}\n\nTo af os svarer, og aldrig alene.\n";
const EN = "# Agreements {#aftaler}\n\n## Who answers posts {#aftaler-hvem role=employee}\n\nTwo of us answer, and never alone.\n";

describe("the guide's pages", () => {
  let town;
  before(async () => { town = await startTown({ env: { VAERN_PUBLIC_GUIDE: "1" } }); });
  after(() => town.stop());

  async function press(page, name) {
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name, exact: true }).click()]);
  }
  const edit = (language) => `/guide/edit/text/${CHAPTER}/${language}`;

  for (const screen of ["desktop", "phone"]) {
    test(`the public guide, its paragraphs and a part's error are fit for everybody on a ${screen}`, async () => {
      const anybody = await town.visit(screen);
      await anybody.page.goto("/public/guide");
      await anybody.look("public-guide");
      await anybody.page.goto("/public/guide/selvtjek");
      await anybody.look("public-guide-paragraph");
      await anybody.done();

      const manager = await town.as(screen, "Vibeke Holst");
      manager.expect(/: 422|status of 422/);
      await manager.page.goto("/coverage");
      await press(manager.page, "Gem kvitteringerne");
      await manager.page.locator(".form-error, .alert-error, .form-error-message", { hasText: "Vælg mindst én" }).first().waitFor();
      await manager.look("coverage-meeting-error");
      await manager.done();
    });
  }

  test("two editors at once lose nothing, and what changed stands side by side", async () => {
    const hr = await town.as("desktop", "Jens Rømer");
    await hr.page.goto("/guide/edit");
    await press(hr.page, "Begynd en ny udgave");
    await hr.page.locator("#name").fill(CHAPTER);
    await Promise.all([hr.page.waitForEvent("load"), hr.page.locator("form[action='/guide/edit/chapters'] button").click()]);
    await hr.page.goto(edit("da"));
    await hr.look("guide-text");
    await hr.page.locator("#text").fill(DA);
    await press(hr.page, "Vis uden at gemme");
    await hr.page.locator(".guide-preview", { hasText: "To af os svarer" }).waitFor();
    await hr.look("guide-text-preview");

    const safety = await town.as("phone", "Karen Lyng");
    safety.expect(/: 409|status of 409/);
    await safety.page.goto(edit("da"));
    await press(hr.page, "Gem");
    await safety.page.locator("#text").fill(DA.replace("aldrig alene", "altid sammen"));
    await press(safety.page, "Gem");
    await safety.page.getByText("Din tekst er ikke gemt endnu, og intet er tabt.").waitFor();
    assert.match(await safety.page.locator("del").allInnerTexts().then((texts) => texts.join()), /aldrig alene/);
    assert.match(await safety.page.locator("#text").inputValue(), /altid sammen/, "their own text is there still");
    await safety.look("guide-conflict");
    await press(safety.page, "Gem");
    await safety.done();

    await hr.page.goto("/guide/editions/1/compare/2");
    await hr.look("guide-compare");
    await hr.done();
    const phone = await town.as("phone", "Jens Rømer");
    await phone.page.goto("/guide/editions/1/compare/2");
    await phone.look("guide-compare");
    await phone.page.goto(edit("da"));
    await phone.look("guide-text");
    await phone.done();
  });

  test("HR edits, another approves and HR publishes in English", async () => {
    const into = async (visit) => {
      await Promise.all([visit.page.waitForEvent("load"), visit.page.getByRole("button", { name: "English" }).click()]);
      return visit;
    };
    const hr = await into(await town.as("desktop", "Jens Rømer"));
    for (const [language, text] of [["da", DA], ["en", EN]]) {
      await hr.page.goto(edit(language));
      await hr.page.locator("#text").fill(text);
      await press(hr.page, "Show without saving");
      await hr.page.getByRole("heading", { name: "This is how it looks" }).waitFor();
      await press(hr.page, "Save");
    }
    await hr.look("guide-draft-english", { language: "en" });

    const safety = await into(await town.as("desktop", "Karen Lyng"));
    await safety.page.goto("/guide/edit/approval");
    await safety.look("guide-approval-english", { language: "en" });
    await safety.page.locator("#reason").fill("Who answers posts");
    await press(safety.page, "Approve");
    await safety.done();

    await hr.page.goto("/guide/edit/approval");
    await press(hr.page, "Publish");
    await hr.page.waitForURL("**/guide?done=guide-published");
    await hr.page.goto("/guide/aftaler-hvem");
    await hr.page.getByText("Two of us answer, and never alone.").waitFor();
    await hr.look("guide-paragraph-english", { language: "en" });
    await hr.done();
  });

  test("the how-to of the platform chosen comes up on the report, and no other", async () => {
    const mette = await town.as("phone", "Mette Ravn");
    const { page } = mette;
    await page.goto("/report");
    await page.locator("#report-form summary.details-summary").click();
    const shown = () => page.locator("[data-platform]:visible").evaluateAll((links) => links.map((link) => link.dataset.platform));
    assert.deepEqual(await shown(), []);
    for (const [written, platform] of [["Facebook", "facebook"], ["en gruppe på instagram", "instagram"], ["Ældresagens nyhedsbrev", null]]) {
      await page.locator("#platform").fill(written);
      assert.deepEqual(await shown(), platform ? [platform] : [], written);
    }
    await page.locator("#platform").fill("");
    await page.locator("#medium").selectOption("sms");
    assert.deepEqual(await shown(), ["sms"]);
    await page.locator("#platform").fill("Facebook");
    await mette.look("report-howto");
    const [tab] = await Promise.all([page.context().waitForEvent("page"), page.locator("[data-platform]:visible a").click()]);
    await tab.waitForLoadState();
    assert.match(tab.url(), /\/guide\/[a-z-]*facebook/);
    assert.equal(await page.locator("#platform").inputValue(), "Facebook", "what was written is there still");
    await mette.done();
  });

  test("the self-check's ticks stay on the device, and in its tab", async () => {
    const mette = await town.as("phone", "Mette Ravn");
    const { page, context } = mette;
    await page.goto("/guide/selvtjek");
    const sent = [];
    page.on("request", (request) => sent.push(request.url()));
    const boxes = page.locator("[data-ticks] input[type=checkbox]");
    for (const place of [0, 4]) await boxes.nth(place).check();
    // The first tick fetches the drawing of a tick, as any ticked box of any page does; nothing says which one it was.
    assert.deepEqual(sent.filter((url) => !url.includes("/static/")), [], "a tick tells the server nothing");
    await mette.look("self-check-ticked");
    await page.reload();
    const ticked = async (where) => (await where.evaluateAll((all) => all.map((box) => box.checked))).flatMap((is, place) => is ? [place] : []);
    assert.deepEqual(await ticked(boxes), [0, 4], "still there in this tab");
    assert.equal(await page.evaluate(() => localStorage.length), 0, "and nowhere that outlives it");
    assert.ok((await context.cookies()).every(({ name, value }) => !/tick|tjek|check/i.test(name + value)));
    await Promise.all([page.waitForEvent("load"), page.locator("form[action='/guide/self-check'] button").first().click()]);
    const form = sent.find((url) => url.endsWith("/guide/self-check"));
    assert.ok(form, "only the date goes, by choice");
    await mette.done();

    const again = await town.as("desktop", "Mette Ravn");
    await again.page.goto("/guide/selvtjek");
    assert.deepEqual(await ticked(again.page.locator("[data-ticks] input[type=checkbox]")), [], "another device knows nothing");
    await again.page.getByText(/Du gennemgik dine profiler/).waitFor();
    await again.done();
  });
});
