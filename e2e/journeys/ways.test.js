// Ways that a case can go: lawful criticism, told for a colleague, kept from a manager, looked into; and one of them in English.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { png, sha256 } from "../lib/files.js";
import { apiOf, fill, report, startTown } from "../lib/town.js";

const SCREENS = ["phone", "desktop"];
const picture = (seed) => ({ name: "opslag.png", type: "image/png", bytes: png(seed) });

describe("ways that a case can go", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  for (const screen of SCREENS) {
    test(`lawful criticism is never told to stop, and care goes on, on a ${screen}`, async () => {
      const target = await town.as(screen, "Louise Ørsted");
      const number = await report(target.page, { text: "En borger skriver, at jeg har sjusket.", files: [picture(31)] });
      await target.done();

      const lawyer = await town.as(screen, "Ida Nørgaard");
      await lawyer.carryOut(number, "review", {
        "grounds.said": "»Afgørelsen er noget sjusk.«", "grounds.about": "En afgørelse", "grounds.aim": "authority", "grounds.truth": "opinion",
        "grounds.threat": "none", "grounds.counter_argument": "Enhver må kritisere en afgørelse.",
        "grounds.conclusion": "Kritikken går på sagen.", outcome: "lawful-criticism", "contact.may": "yes",
      });
      await lawyer.done();

      const manager = await town.as(screen, "Peter Dam");
      const { page } = manager;
      await page.goto(`/cases/${number}/do/contact`);
      await manager.look("contact-lawful");
      assert.match(await page.locator("main").innerText(), /Juristen har vurderet, at det er lovligt/);
      assert.deepEqual(await page.locator("[name=purposes]").evaluateAll((all) => all.map((one) => one.value)), ["substance"]);
      assert.equal(await page.locator("[name=demand], [name=stop_by]").count(), 0);
      assert.ok(!/IKKE ACCEPTERE/.test(await page.locator("[name=letter]").inputValue()));
      await manager.carryOut(number, "care", { talk: "Louise er ked af det. Hun er ikke alene med det.", psychologist_offered: true });
      await manager.done();

      const api = await apiOf(town.server, "peter.dam@fjordby.example");
      const refused = await api.command(number, {
        type: "contact", purposes: ["boundary"], channel: "letter", demand: "Hold op.", stop_by: "2099-01-01", letter: "Hold op.",
      });
      const problem = await refused.json();
      assert.equal(refused.status, 409, JSON.stringify(problem));
      assert.match(problem.type, /lawful-speech$/);
      const journal = JSON.stringify(await (await api.get(`/cases/${number}/journal`)).json());
      assert.ok(journal.includes("assessed") && !journal.includes("contacted"), "nothing was done");
    });

    test(`told for a colleague, it is the manager's and the target sees where it stands, on a ${screen}`, async () => {
      const reporter = await town.as(screen, "Lone Kvist");
      const number = await report(reporter.page, { colleague: "Mette Ravn", text: "Nogen hænger Mette ud.", acute: true });
      await reporter.look("receipt-colleague");
      assert.match(await reporter.page.locator("main").innerText(), /Vibeke Holst har sagen[^]*Det skal du\s+Ingenting\./);
      await reporter.page.goto(`/cases/${number}`);
      await reporter.look("status-reporter");
      await reporter.done();

      const target = await town.as(screen, "Mette Ravn");
      await target.page.goto(`/cases/${number}`);
      assert.match(await target.page.locator("main").innerText(), /Vibeke Holst har sagen/);
      assert.equal(await target.page.getByText("Nogen hænger Mette ud.").count(), 0, "the reporter's words are the reporter's");
      await target.done();
    });

    test(`what a manager shall not have does not exist for the manager, on a ${screen}`, async () => {
      const reporter = await town.as(screen, "Lone Kvist");
      const number = await report(reporter.page, { colleague: "Mette Ravn", text: "Det handler om vores leder.", notToManager: true });
      assert.match(await reporter.page.locator("main").innerText(), /Lars Thygesen har sagen/);
      await reporter.done();

      const manager = await town.as(screen, "Vibeke Holst");
      manager.expect(/404/);
      for (const path of [`/cases/${number}`, `/cases/${number}/do/receive`, `/cases/${number}/export`, `/cases/${number}/receipt`])
        assert.equal((await manager.page.goto(path)).status(), 404, path);
      await manager.look("not-found");
      for (const list of ["/", "/cases?show=all", "/duties"]) {
        await manager.page.goto(list);
        assert.ok(!(await manager.page.locator("body").innerText()).includes(number), `${list} doesn't show ${number}`);
      }
      await manager.done();

      const superior = await town.as(screen, "Lars Thygesen");
      assert.ok((await superior.page.locator("main").innerText()).includes(number));
      await superior.page.goto(`/cases/${number}`);
      await superior.page.locator(".next button").first().click();
      await superior.page.getByText("Du har taget imod sagen").waitFor();
      await superior.done();
    });

    test(`an exhibit is covered until asked for, and the target sees who asked, on a ${screen}`, async () => {
      const target = await town.as(screen, "Mette Ravn");
      const file = picture(screen === "phone" ? 41 : 42);
      const number = await report(target.page, { text: "Se bilaget.", files: [file] });
      const manager = await town.as(screen, "Vibeke Holst");
      const asked = [];
      manager.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      const cover = manager.page.waitForResponse(/\/exhibits\/1\/cover/);
      await manager.page.goto(`/cases/${number}`);
      await manager.page.getByRole("link", { name: "Vis indholdet af bilag 1" }).scrollIntoViewIfNeeded();
      assert.notEqual(sha256(await (await cover).body()), sha256(file.bytes), "the cover is not the picture");
      assert.deepEqual(asked.filter((path) => path.endsWith("/original")), [], "the original is not asked for");

      const original = manager.page.waitForResponse(/\/exhibits\/1\/original/);
      await manager.page.getByRole("link", { name: "Vis indholdet af bilag 1" }).click();
      assert.equal(sha256(await (await original).body()), sha256(file.bytes), "the picture comes as it was sent");
      await manager.done();

      await target.page.goto(`/cases/${number}`);
      await target.page.getByRole("link", { name: "Adgang" }).click();
      await target.look("access");
      const rows = await target.page.locator("table tbody tr").allInnerTexts();
      assert.ok(rows.some((row) => /Vibeke Holst/.test(row) && /bilag 1/.test(row)), rows.join("\n"));
      await target.done();
    });

    test(`the same in English, on a ${screen}`, async () => {
      const language = "en";
      const target = await town.as(screen, "Frank Lund");
      await Promise.all([target.page.waitForEvent("load"), target.page.getByRole("button", { name: "English" }).click()]);
      await target.look("start-english", { language });
      await target.page.goto("/report");
      await target.look("report-english", { language });
      const number = await report(target.page, { text: "He calls at night." });
      await target.look("receipt-english", { language });
      await target.page.goto(`/cases/${number}`);
      await target.look("status-english", { language });
      await Promise.all([target.page.waitForEvent("load"), target.page.getByRole("button", { name: "Dansk" }).click()]);
      await target.look("status-danish-again");
      await target.done();

      const manager = await town.as(screen, "Bodil Krag");
      const english = manager.page.getByRole("button", { name: "English" });
      if (await english.count()) await Promise.all([manager.page.waitForEvent("load"), english.click()]);
      await manager.page.goto(`/cases/${number}`);
      await manager.look("case-english", { language });
      for (const [command, fields] of [["triage", { danger: "none" }], ["care", { talk: "All right." }], ["decide-police", {}]]) {
        await manager.page.goto(`/cases/${number}/do/${command}`);
        await manager.look(`do-${command}-english`, { language });
        await fill(manager.page, fields);
      }
      await manager.done();
    });
  }
});
