// The managers' drill: a made-up case from report to contact on the pages of a case, marked on each, and never a case.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fill, send, startTown } from "../lib/town.js";

const DA = {
  language: "da", mark: "Øvelse – ikke en sag.", begin: "Begynd øvelsen", lawyer: "Hør, hvad juristen siger", passed: "Øvelsen er gennemført.",
  talk: "Vi talte om pengene og om torsdag.", wishes: "En anden tager borgerbetjeningen.", title: "Opslag på snak.example", course: "Tre opslag på en uge.", demand: "Påstanden om, at en medarbejder tager imod penge.",
};
const EN = {
  language: "en", mark: "Drill – not a case.", begin: "Begin the drill", lawyer: "Hear what the lawyer says", passed: "You have completed the drill.",
  talk: "We talked about the money.", wishes: "Somebody else takes the counter.", title: "Post on snak.example", course: "Three posts in a week.", demand: "The claim that an employee takes money.",
};

describe("a made-up case", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(async () => { await town.stop(); });

  /** Looks the page over, which says what it is. */
  async function look(visit, kind, words) {
    await visit.page.getByText(words.mark).waitFor();
    await visit.look(`practise-case-${kind}${words.language === "en" ? "-english" : ""}`, { language: words.language });
  }

  async function carryOut(visit, command, fields, words) {
    await visit.page.goto(`/practise/case/do/${command}`);
    await look(visit, `do-${command}`, words);
    await fill(visit.page, fields);
    await send(visit.page);
    await visit.page.locator(".alert-success").first().waitFor();
  }

  /** From the page before it to the page after it; `order` is what is done before the lawyer is heard. */
  async function handle(visit, order, words) {
    await visit.page.goto("/practise/case");
    await look(visit, "before", words);
    await visit.page.getByRole("button", { name: words.begin }).click();
    await visit.page.locator("#story").waitFor();
    await look(visit, "begun", words);
    const fields = {
      triage: { danger: "none" },
      care: { talk: words.talk, wishes: words.wishes, psychologist_offered: "true" },
      register: { title: words.title, form: "smear", course: words.course, severity: "moderate" },
    };
    for (const command of order) {
      if (command === "receive") {
        await visit.page.goto("/practise/case");
        await visit.page.locator("form[action='/practise/case/do/receive'] button").click();
        await visit.page.locator(".alert-success").waitFor();
      } else await carryOut(visit, command, fields[command], words);
    }
    await visit.page.goto("/practise/case");
    await visit.page.getByRole("button", { name: words.lawyer }).click();
    await visit.page.locator("#advice").waitFor();
    await look(visit, "reviewed", words);
    await carryOut(visit, "contact", { demand: words.demand, channel: "letter", complaint_routes_explained: "true", letter: "ØVELSE. Kære Bent." }, words);
    await visit.page.getByText(words.passed).waitFor();
    await look(visit, "passed", words);
  }

  test("a manager takes it from report to contact on a phone, and nothing of it is a case", async () => {
    const vibeke = await town.as("phone", "Vibeke Holst");
    await vibeke.page.goto("/cases?show=all");
    const before = await vibeke.page.locator("main").innerText();
    await vibeke.page.goto("/");
    await vibeke.page.getByRole("link", { name: /^Øv dig som leder/ }).click();
    await handle(vibeke, ["receive", "triage", "care", "register"], DA);
    await vibeke.page.getByText("Du fik det hele med, og i en god rækkefølge.").waitFor();
    await vibeke.page.goto("/");
    assert.equal(await vibeke.page.getByRole("link", { name: /^Øv dig som leder/ }).count(), 0, "nothing is owed of it");
    await vibeke.page.goto("/cases?show=all");
    assert.equal(await vibeke.page.locator("main").innerText(), before, "no case came of it");
    await vibeke.done();
  });

  test("in a poor order on a computer: what was missed is said, and leads to the guide", async () => {
    const lars = await town.as("desktop", "Lars Thygesen");
    await handle(lars, ["register", "care", "receive"], DA);
    await lars.page.getByText("før du havde talt med medarbejderen").waitFor();
    await lars.page.locator("#better ~ ul a").first().click();
    await lars.page.waitForURL("**/guide/**");
    await lars.done();
  });

  test("says the same in English", async () => {
    const dorthe = await town.as("phone", "Dorthe Munk");
    await Promise.all([dorthe.page.waitForEvent("load"), dorthe.page.getByRole("button", { name: "English" }).click()]);
    await handle(dorthe, ["receive", "triage", "care", "register"], EN);
    await dorthe.done();
  });

  test("an employee is not offered it", async () => {
    const mette = await town.as("phone", "Mette Ravn");
    await mette.page.goto("/practise");
    assert.equal(await mette.page.locator("a[href='/practise/case']").count(), 0);
    assert.equal((await mette.page.request.get("/practise/case")).status(), 404);
    await mette.done();
  });
});
