// In and out with a password, outside a demonstration.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startTown } from "../lib/town.js";

const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const EMAIL = "vibeke.holst@fjordby.example", PASSWORD = "en lang sætning, jeg kan huske";

describe("signing in with a password", () => {
  let town;
  before(async () => {
    town = await startTown({ command: "serve" });
    await town.server.vaern("org", "import", `${EXAMPLES}units.csv`, `${EXAMPLES}people.csv`);
    await town.server.feed(PASSWORD, "person", "password", EMAIL);
    await town.server.restart();
  });
  after(() => town.stop());

  async function signIn(page, password) {
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Adgangskode").fill(password);
    await page.getByRole("button", { name: "Log ind" }).click();
  }
  const session = async (context) => (await context.cookies()).find((cookie) => /^(__Host-)?vaern$/.test(cookie.name));

  for (const screen of ["phone", "desktop"])
    test(`wrong, right, out, and in again, on a ${screen}`, async () => {
      const { page, context, expect, look, done } = await town.visit(screen);
      expect(/422|404/);
      await page.goto("/cases?show=all");
      assert.equal(new URL(page.url()).pathname, "/sign-in");
      await look("sign-in");
      await signIn(page, "noget andet, der er langt nok");
      await page.getByText("E-mail eller adgangskode er ikke rigtig").waitFor();
      assert.equal(await page.getByLabel("E-mail").inputValue(), EMAIL, "the e-mail is kept");
      assert.equal(await page.getByLabel("Adgangskode").inputValue(), "", "the password is not");
      assert.equal(await session(context), undefined);
      await look("sign-in-wrong");

      await signIn(page, PASSWORD);
      await page.waitForURL("**/cases?show=all");
      assert.match(await page.locator(".who").innerText(), /Vibeke Holst/);
      const one = await session(context);
      assert.deepEqual([one.httpOnly, one.sameSite, one.path], [true, "Strict", "/"]);
      assert.equal(one.expires, -1, "it ends with the browser");
      assert.equal(await page.evaluate(() => document.cookie.includes("vaern")), false);
      await page.goto("/profile");
      await look("profile");

      const again = await page.request.post("/sign-in", {
        form: { email: EMAIL, password: PASSWORD }, headers: { Origin: town.server.url, "Sec-Fetch-Site": "same-origin" }, maxRedirects: 0,
      });
      assert.equal(again.status(), 303);
      const two = await session(context);
      assert.notEqual(two.value, one.value, "another session at each sign-in");
      assert.equal(await whoIs(one), 303, "the old session is over");
      assert.equal(await whoIs(two), 200);

      await page.goto("/");
      await page.getByRole("button", { name: "Log ud" }).click();
      await page.waitForURL("**/sign-in");
      assert.equal(await whoIs(two), 303, "a session that was ended is over");
      assert.equal((await page.request.post("/demo/step-in", { form: { person: "p09" }, headers: { Origin: town.server.url } })).status(), 404, "nobody steps in as another");
      await done();

      async function whoIs(cookie) {
        return (await fetch(`${town.server.url}/profile`, { headers: { Cookie: `${cookie.name}=${cookie.value}` }, redirect: "manual" })).status;
      }
    });

  test("in English before anybody is signed in, and after", async () => {
    const { page, look, done } = await town.visit("phone");
    await page.goto("/sign-in");
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "English" }).click()]);
    await look("sign-in-english", { language: "en" });
    await page.getByLabel("Email").or(page.getByLabel("E-mail")).fill(EMAIL);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => url.pathname === "/");
    await page.getByRole("button", { name: "English" }).or(page.getByRole("button", { name: "Dansk" })).waitFor();
    await done();
  });
});
