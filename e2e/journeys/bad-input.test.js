// What people and their machines get wrong: said in Danish, at the place, and nothing of theirs is lost.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { png } from "../lib/files.js";
import { apiOf, fill, numberOf, report, send, startTown } from "../lib/town.js";

const SCRIPT = `<script>document.title="ramt"</script><img src=x onerror="document.title='ramt'">"'--`;
const pick = (page, ...files) => page.locator("#exhibit").setInputFiles(files.map(([name, buffer, mimeType = "image/png"]) => ({ name, buffer, mimeType })));
const submit = (page) => page.locator("#report-form [type=submit]").click();

describe("bad input in the browser", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(() => town.stop());

  for (const screen of ["phone", "desktop"]) {
    test(`nothing, an empty file, and a file that isn't what its name says, on a ${screen}`, async () => {
      const { page, expect, look, done } = await town.as(screen, "Mette Ravn");
      expect(/422/);
      await page.goto("/report");
      await page.locator("form.live").waitFor();
      await submit(page);
      await page.getByText("Skriv, hvad der er sket, eller vælg en fil.").waitFor();
      await pick(page, ["tom.png", Buffer.alloc(0)]);
      await page.getByText("tom.png er tom.").waitFor();
      await page.locator("#text").fill("Her står det, jeg vil fortælle.");
      await pick(page, ["god.png", png(61)], ["brev.png", Buffer.from("Det her er bare tekst.\n".repeat(20))]);
      await page.locator("#files li .hash[title]").nth(1).waitFor();
      await submit(page);
      await page.getByText(/brev\.png er ikke det, som navnet siger/).first().waitFor();
      await look("report-refused");
      assert.equal(await page.locator("#text").inputValue(), "Her står det, jeg vil fortælle.");
      assert.equal(await page.locator("#files li").count(), 2, "both files are still chosen");
      await page.getByRole("button", { name: "Fjern brev.png" }).click();
      await submit(page);
      await page.waitForURL("**/receipt");
      assert.match(await page.locator("main").innerText(), /Bilag 1 · god\.png/);
      await done();
    });

    test(`the same without JavaScript, on a ${screen}`, async () => {
      const { page, expect, done } = await town.as(screen, "Mette Ravn", { javaScriptEnabled: false });
      expect(/422/);
      await page.goto("/report");
      await submit(page);
      await page.getByText("Det blev ikke sendt endnu.").waitFor();
      assert.match(await page.locator("#report-error").innerText(), /Skriv, hvad der er sket, eller vedhæft en fil/);
      await page.locator("#text").fill("Stadig her.");
      await pick(page, ["tom.png", Buffer.alloc(0)]);
      await submit(page);
      await page.getByText("tom.png er tom.").first().waitFor();
      assert.match(await page.locator("#report-error").innerText(), /filerne skal vælges igen/);
      assert.equal(await page.locator("#text").inputValue(), "Stadig her.");
      await done();
    });

    test(`a name of 300 characters with emoji and æøå, on a ${screen}`, async () => {
      const { page, look, done } = await town.as(screen, "Mette Ravn");
      const name = `${"æøå😀".repeat(74)}.png`;
      assert.equal([...name].length, 300);
      await page.goto("/report");
      await page.locator("form.live").waitFor();
      await pick(page, [name, png(62)]);
      await page.locator("#files li .hash[title]").waitFor();
      await look("report-long-name");
      await submit(page);
      await page.waitForURL("**/receipt");
      await look("receipt-long-name");
      assert.ok((await page.locator("main").innerText()).includes("æøå😀æøå😀"));
      await page.goto(`/cases/${numberOf(page)}/exhibits/1`);
      await look("exhibit-long-name");
      await done();
    });

    test(`script in every field is text, on a ${screen}`, async () => {
      const target = await town.as(screen, "Mette Ravn");
      let { page } = target;
      await page.goto("/report");
      await page.locator("form.live").waitFor();
      await page.locator("#report-form .details-summary").click();
      await fill(page, { text: SCRIPT, platform: SCRIPT, originator: SCRIPT, source_url: `https://example.org/${encodeURI(SCRIPT)}` });
      await pick(page, [`${SCRIPT.replaceAll("/", "")}.png`, png(63)]);
      await submit(page);
      await page.waitForURL("**/receipt");
      const number = numberOf(page);
      const places = ["receipt", "", "exhibits/1"];
      for (const place of places) await harmless(page, `/cases/${number}/${place}`.replace(/\/$/, ""));
      await target.done();

      const manager = await town.as(screen, "Vibeke Holst");
      page = manager.page;
      await page.goto(`/cases/${number}/do/receive`);
      await send(page);
      await manager.carryOut(number, "triage", { danger: "possible", at_work: SCRIPT, on_the_way: SCRIPT, at_home: SCRIPT });
      await manager.carryOut(number, "care", { with: SCRIPT, talk: SCRIPT, wishes: SCRIPT });
      await manager.carryOut(number, "register", {
        title: SCRIPT, medium: "other", form: "other", course: SCRIPT, originator: SCRIPT, certainty: "presumed", relation: SCRIPT, severity: "minor", measures: SCRIPT,
      });
      for (const place of ["", "?drawer=matter", "?drawer=care", "?drawer=journal", "/export", "/do/close", "/exhibits/1"])
        await harmless(page, `/cases/${number}${place}`);
      await harmless(page, "/cases");
      await manager.done();
    });

    test(`two who do the same duty at once: one wins, the other is told and loses nothing, on a ${screen}`, async () => {
      const target = await town.as(screen, "Mette Ravn");
      const number = await report(target.page, { text: "To på én gang." });
      await target.done();
      const [one, two] = [await town.as(screen, "Vibeke Holst"), await town.as(screen, "Vibeke Holst")];
      for (const [visit, words] of [[one, "Følges med en kollega"], [two, "Har fået en anden plads"]]) {
        visit.expect(/409/);
        await visit.page.goto(`/cases/${number}/do/triage`);
        await fill(visit.page, { danger: "possible", at_work: words });
      }
      await Promise.all([one, two].map(async ({ page }) => { await send(page); await page.locator(".alert").first().waitFor(); }));
      const [winner, loser] = one.page.url().includes("?done=") ? [one, two] : [two, one];
      assert.match(winner.page.url(), /\?done=triage$/);
      await loser.look("refused");
      assert.match(await loser.page.locator("#errors").innerText(), /Det er allerede gjort\. En anden kom først/);
      assert.match(await loser.page.locator("[name=at_work]").inputValue(), /Følges med en kollega|Har fået en anden plads/);
      assert.ok(await loser.page.locator("[name=danger][value=possible]").isChecked());
      await one.done();
      await two.done();
      const api = await apiOf(town.server, "vibeke.holst@fjordby.example");
      const journal = JSON.stringify(await (await api.get(`/cases/${number}/journal`)).json());
      assert.equal(journal.match(/"triaged"/g)?.length, 1, "it is in the journal once");
    });
  }

  async function harmless(page, path) {
    await page.goto(path);
    assert.notEqual(await page.title(), "ramt", `${path} runs what was written`);
    assert.equal(await page.locator("main img[src=x], main script").count(), 0, `${path} has what was written as markup`);
  }
});
