// The guide: written by HR, approved by another, rolled out, read and confirmed on a phone, and seen by the manager.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTown } from "../lib/town.js";

const DUTIES = ["receive", "triage", "care", "register", "review", "police", "contact-substance", "contact-boundary", "removal",
  "injury", "follow-up-1", "follow-up-4", "follow-up-12", "chase-police", "close"];
const WORDS = {
  da: { chapter: "Når det sker", title: "Sig det til din leder", text: "Tag et skærmbillede, og sig det. Lederen svarer: {{due.receive}}." },
  en: { chapter: "When it happens", title: "Tell your manager", text: "Take a screenshot and tell. Your manager answers: {{due.receive}}." },
};
const chapter = (words) => `# ${words.chapter} {#rejsen}\n\n## ${words.title} {#rejsen-sig-det role=employee,manager card=employee,manager duty=${DUTIES.join(",")}}\n\n${words.text}\n`;

describe("the guide", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  async function press(page, name) {
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name, exact: true }).click()]);
  }

  test("is written, approved by another, published, rolled out, read and confirmed, and the manager sees it", async () => {
    const hr = await town.as("desktop", "Jens Rømer");
    await hr.page.goto("/guide/edit");
    await hr.look("guide-no-draft");
    await press(hr.page, "Begynd en ny udgave");
    await hr.page.locator("#name").fill("95-rejsen");
    await Promise.all([hr.page.waitForEvent("load"), hr.page.locator("form[action='/guide/edit/chapters'] button").click()]);
    for (const [language, words] of Object.entries(WORDS)) {
      await hr.page.goto(`/guide/edit/text/95-rejsen/${language}`);
      await hr.page.locator("#text").fill(chapter(words));
      await press(hr.page, "Vis uden at gemme");
      assert.match(await hr.page.locator(".guide-preview").innerText(), new RegExp(words.title));
      await press(hr.page, "Gem");
    }
    await hr.page.goto("/guide/edit");
    await hr.look("guide-draft");
    await hr.page.goto("/guide/edit/approval");
    assert.equal(await hr.page.getByRole("button", { name: "Godkend", exact: true }).count(), 0, "nobody approves their own work");
    await hr.done();

    const safety = await town.as("desktop", "Karen Lyng");
    await safety.page.goto("/guide/edit/approval");
    await safety.look("guide-approval");
    await safety.page.locator("#reason").fill("Ny vejledning");
    await press(safety.page, "Godkend");
    await press(safety.page, "Udgiv");
    await safety.page.waitForURL("**/guide?done=guide-published");

    await safety.page.goto("/rollouts");
    await safety.look("rollouts");
    await press(safety.page, "Udbred vejledningen");
    await safety.page.getByText("Vejledningen er udbredt.").waitFor();
    await safety.look("rollouts-running");
    await safety.page.goto("/coverage");
    await safety.look("coverage-whole");
    assert.equal(await safety.page.getByText("Mette Ravn").count(), 0, "numbers alone");
    await safety.done();

    const manager = await town.as("desktop", "Vibeke Holst");
    await manager.page.goto("/coverage");
    const total = () => manager.page.locator("tbody tr").first().innerText();
    assert.match(await total(), /0 \(0 %\)/);
    await manager.look("coverage-own");

    const mette = await town.as("phone", "Mette Ravn");
    await mette.look("start-guide");
    await mette.page.getByRole("link", { name: /Læs udgave \d+ af vejledningen/ }).click();
    await mette.page.getByRole("heading", { name: WORDS.da.title }).waitFor();
    assert.match(await mette.page.locator("main").innerText(), /Lederen svarer: samme arbejdsdag/);
    await mette.look("guide-path");
    await press(mette.page, "Jeg har læst vejledningen");
    await mette.page.getByText("Tak. Din kvittering er gemt.").waitFor();
    await mette.look("guide-path-confirmed");
    await mette.page.goto("/");
    assert.equal(await mette.page.getByRole("link", { name: /Læs udgave/ }).count(), 0);
    await mette.done();

    await manager.page.reload();
    assert.match(await total(), /1 \(/);
    await manager.page.locator("label[for^=present-]", { hasText: "Lone Kvist" }).click();
    await press(manager.page, "Gem kvitteringerne");
    assert.match(await total(), /2 \(/);
    await manager.done();

    const lone = await town.as("phone", "Lone Kvist");
    await lone.page.goto("/guide/path");
    await lone.page.getByText("Din leder har noteret").waitFor();
    await lone.done();
  });

  test("says the same in English", async () => {
    const anders = await town.as("phone", "Anders Bøgh");
    await Promise.all([anders.page.waitForEvent("load"), anders.page.getByRole("button", { name: "English" }).click()]);
    await anders.page.getByRole("link", { name: /Read edition \d+ of the guide/ }).click();
    await anders.page.getByRole("heading", { name: WORDS.en.title }).waitFor();
    await anders.look("guide-path-english", { language: "en" });
    await press(anders.page, "I have read the guide");
    await anders.page.getByText("Your receipt is saved.").waitFor();
    await anders.done();
  });
});
