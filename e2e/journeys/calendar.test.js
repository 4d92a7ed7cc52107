// One's due dates in one's own calendar, read by a strict parser of iCalendar.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import ICAL from "ical.js";
import { report, startTown } from "../lib/town.js";

describe("the calendar", () => {
  let town;
  before(async () => { town = await startTown(); });
  after(async () => { await town.stop(); });

  test("a manager makes an address, and a calendar program finds each due date there", async () => {
    const employee = await town.as("phone", "Mette Ravn");
    const number = await report(employee.page, { text: "Han skriver igen." });
    await employee.done();
    for (const screen of ["desktop", "phone"]) {
      const manager = await town.as(screen, "Vibeke Holst");
      await manager.page.goto("/profile");
      await manager.page.getByRole("button", { name: /^Lav en (ny )?adresse/ }).click();
      const address = await manager.page.locator(".next code").innerText();
      await manager.look("calendar-address");
      const text = await (await fetch(address)).text();
      const calendar = new ICAL.Component(ICAL.parse(text));
      assert.equal(calendar.getFirstPropertyValue("version"), "2.0");
      const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event, { strictExceptions: true }));
      assert.ok(events.length > 0);
      assert.equal(new Set(events.map(({ uid }) => uid)).size, events.length, "each has an id of its own");
      for (const { summary, startDate, endDate } of events) {
        assert.match(summary, /^Frist: /);
        assert.ok(endDate.compare(startDate) > 0 && startDate.zone === ICAL.Timezone.utcTimezone);
      }
      assert.ok(events.some(({ summary }) => summary.includes(number)));
      assert.ok(!text.includes("Han skriver igen"));
      await manager.done();
    }
  });
});
