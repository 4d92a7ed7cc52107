// What runs by itself: an authority of our own stamps the seal, the administrator sees it, and an export says it to openssl too.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { report, startTown } from "../lib/town.js";

/** A time-stamp authority on loopback: `openssl ts` behind HTTP. Gives {url, root, stop()}. */
async function startAuthority() {
  const folder = mkdtempSync(join(tmpdir(), "vaern-tsa-"));
  const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const key = (name) => ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-subj", `/CN=${name}`];
  openssl(...key("Rod"), "-x509", "-days", "30", "-out", "Rod.pem");
  openssl(...key("Tid"), "-out", "Tid.csr");
  writeFileSync(join(folder, "tid.ext"), "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n");
  openssl("x509", "-req", "-in", "Tid.csr", "-CA", "Rod.pem", "-CAkey", "Rod.key", "-set_serial", "2", "-days", "20", "-extfile", "tid.ext", "-out", "Tid.pem");
  writeFileSync(join(folder, "ts.cnf"), ["[tsa]", "serial=serial", "signer_cert=Tid.pem", "signer_key=Tid.key", "certs=Tid.pem", "signer_digest=sha256",
    "default_policy=1.2.3.4.1", "digests=sha256", "ess_cert_id_alg=sha256", ""].join("\n"));
  writeFileSync(join(folder, "serial"), "01\n");
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      writeFileSync(join(folder, "query"), Buffer.concat(parts));
      openssl("ts", "-reply", "-config", "ts.cnf", "-section", "tsa", "-queryfile", "query", "-out", "reply");
      response.writeHead(200, { "Content-Type": "application/timestamp-reply" }).end(readFileSync(join(folder, "reply")));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    root: join(folder, "Rod.pem"),
    folder, openssl,
    stop: () => { server.close(); rmSync(folder, { recursive: true, force: true }); },
  };
}

describe("what runs by itself", () => {
  let town, authority;
  before(async () => {
    authority = await startAuthority();
    town = await startTown({ env: { VAERN_TSA: authority.url, VAERN_TSA_CERT: authority.root } });
  });
  after(async () => { await town.stop(); authority.stop(); });

  test("a seal is stamped, shown to the administrator, and verified by two programs offline", async () => {
    const manager = await town.as("desktop", "Vibeke Holst");
    const number = await report(manager.page, { colleague: "Mette Ravn", text: "Han skriver igen." });
    await town.server.vaern("seal");
    const admin = await town.as("desktop", "Ole Fjord");
    const shown = admin.page.getByText(/ifølge .*CN=Tid/).first();
    while (!(await shown.count())) await admin.page.goto("/operations");
    await admin.look("operations");
    await admin.done();
    const phone = await town.as("phone", "Ole Fjord");
    await phone.page.goto("/operations");
    await phone.look("operations");
    await phone.done();

    await manager.page.goto(`/cases/${number}?drawer=journal`);
    await manager.page.getByText("Bevist af en uafhængig tidsstempling").waitFor();
    await manager.look("journal-stamped");
    await manager.done();

    const bag = join(authority.folder, "bag.zip");
    await town.server.vaern("export", number, "--drawer", "matter", "-o", bag);
    const verified = await town.server.vaern("verify", bag, "--tsa-ca", authority.root);
    assert.match(verified.stdout, /stamp entries 1 to \d+ existed before .* an authority that you trust/);
    const untrusting = await town.server.vaern("verify", bag);
    assert.match(untrusting.stdout, /certificate was not checked/);
    execFileSync("python3", ["-c", "import sys,zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])", bag, authority.folder]);
    const stamps = join(authority.folder, `vaern-${number}-matter`, "data", "proof", "stamps");
    const found = execFileSync("ls", [stamps]).toString().trim().split("\n");
    const token = found.find((name) => name.endsWith(".tsr"));
    const said = authority.openssl("ts", "-verify", "-in", join(stamps, token), "-data", join(stamps, token.replace(".tsr", ".txt")), "-CAfile", authority.root);
    assert.match(said.toString(), /Verification: OK/);
  });
});
