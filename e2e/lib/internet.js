// A small Internet of a journey's own. The server looks at public addresses alone and no setting sends it elsewhere; so the journey
// moves into a network of its own, in which a public address is this machine. The binary and its rule are those that are shipped.

import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const PUBLIC = "93.184.215.14", INSIDE = "10.20.30.40";
const NAMES = { "snak.example": PUBLIC, "andre.example": PUBLIC, "intranet.example": INSIDE };
const SECURE = 8443, PLAIN = 8080;
const MOVED = "VAERN_E2E_MOVED_IN";

const ENTER = `ip link set lo up
for address in ${[PUBLIC, INSIDE].join(" ")}; do ip address add "$address/32" dev lo; done
mount --bind "$HOSTS" /etc/hosts
exec "$@"`;

/** Runs this file of journeys again in such a network and ends with it; nothing where that has happened. Call it before anything
 *  else. Needs root, or a kernel that lets everybody make namespaces: as the server's own Chromium does; elsewhere it says that it was
 *  skipped. */
export function moveIn() {
  if (process.env[MOVED]) return;
  const folder = mkdtempSync(join(tmpdir(), "vaern-internet-")), hosts = join(folder, "hosts");
  writeFileSync(hosts, ["127.0.0.1 localhost", ...Object.entries(NAMES).map(([name, address]) => `${address} ${name}`)].join("\n") + "\n");
  const isRoot = process.getuid() === 0;
  const namespaces = ["--net", "--mount", ...(isRoot ? [] : ["--map-current-user", "--keep-caps"])];
  if (spawnSync("unshare", [...namespaces, "true"]).status !== 0) {
    console.log("1..0 # SKIP this machine lets nobody make a network of their own, so nothing was looked at");
    process.exit(0);
  }
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const unprivileged = isRoot ? [] : ["setpriv", "--ambient-caps=-all", "--inh-caps=-all"];
  const { status, error } = spawnSync("unshare", [
    ...namespaces, "sh", "-ec", ENTER, "sh", ...unprivileged, ...again,
  ], { stdio: "inherit", env: { ...process.env, HOSTS: hosts, [MOVED]: "1" } });
  rmSync(folder, { recursive: true, force: true });
  if (error) console.error(error);
  process.exit(status ?? 1);
}

/** Serves pages: {trust, link(path), elsewhere(path), asked, stop()}. `link` gives an address whose certificate is trusted by whoever takes `trust` for
 *  SSL_CERT_FILE, `elsewhere` the same page by a name that the certificate isn't for. A page is {status, to, html}; `to` leads on.
 *  `asked` has what was asked of the host that is not on the public Internet. */
export async function startInternet(pages) {
  const folder = await mkdtemp(join(tmpdir(), "vaern-site-")), key = join(folder, "key.pem"), trust = join(folder, "certificate.pem");
  await promisify(execFile)("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=snak.example",
    "-addext", "subjectAltName=DNS:snak.example", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", trust,
  ]);
  const asked = [];
  const answer = (request, response) => {
    const page = pages[request.url];
    if (!page) return response.writeHead(404, { "Content-Type": "text/plain" }).end("404");
    if (page.to) return response.writeHead(page.status ?? 302, { Location: page.to }).end();
    response.writeHead(page.status ?? 200, { "Content-Type": "text/html; charset=utf-8" }).end(page.html);
  };
  const secret = (request, response) => { asked.push(request.url); response.end("intern"); };
  const secure = createSecureServer({ key: await readFile(key), cert: await readFile(trust) }, answer), inside = createServer(secret);
  const listen = (server, port, host) => new Promise((done, failed) => server.once("error", failed).listen(port, host, done));
  await Promise.all([listen(secure, SECURE, PUBLIC), listen(inside, PLAIN, INSIDE)]);
  return {
    trust, asked,
    link: (path) => `https://snak.example:${SECURE}${path}`,
    elsewhere: (path) => `https://andre.example:${SECURE}${path}`,
    stop: async () => {
      for (const one of [secure, inside]) await new Promise((done) => { one.close(done); one.closeAllConnections(); });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The address on the municipality's own network that `asked` listens at. */
export const INTRANET = `http://intranet.example:${PLAIN}/loen`;
