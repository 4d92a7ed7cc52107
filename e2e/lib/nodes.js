// Two nodes in place of one: what they share (a PostgreSQL, an S3 store), and a balancer that spreads requests over them.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, mkdir, chown, readdir, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./ports.js";

const run = promisify(execFile);
const MOTO = fileURLToPath(new URL("../../target/tools/bin/moto_server", import.meta.url));
const POSTGRES = "/usr/lib/postgresql";
const BUCKET = "vaern";

/** PostgreSQL and S3 of their own. Gives {env, stop}: the settings of every node, and an end to both. */
export async function startShared() {
  const folder = await mkdtemp(join(tmpdir(), "vaern-e2e-shared-"));
  const [database, store] = await Promise.all([startPostgres(folder), startStore()]);
  return {
    env: { ...database.env, ...store.env },
    stop: async () => {
      await Promise.all([database.stop(), store.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startPostgres(folder) {
  const versions = (await readdir(POSTGRES)).sort((a, b) => a - b);
  const bin = join(POSTGRES, versions.at(-1), "bin");
  const root = userInfo().uid === 0;
  // initdb refuses root.
  const server = (program, ...args) =>
    root ? run("runuser", ["-u", "postgres", "--", join(bin, program), ...args], { cwd: "/" }) : run(join(bin, program), args);
  const data = join(folder, "postgres");
  await mkdir(data);
  if (root) {
    const id = async (flag) => Number((await run("id", [flag, "postgres"])).stdout);
    const owner = [await id("-u"), await id("-g")];
    for (const path of [folder, data]) await chown(path, ...owner);
  }
  await server("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-D", data);
  const port = await freePort();
  const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories='${folder}' -c fsync=off`;
  await server("pg_ctl", "-w", "-s", "start", "-o", options, "-l", join(folder, "postgres.log"), "-D", data);
  return {
    env: { VAERN_DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` },
    stop: () => server("pg_ctl", "-s", "-m", "immediate", "stop", "-D", data),
  };
}

async function startStore() {
  const port = await freePort();
  const child = spawn(MOTO, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(`${endpoint}/moto-api/`)); tries += 1) {
    if (child.exitCode !== null || tries > 600) throw new Error(`${MOTO} did not start; run scripts/setup test`);
    await pause(50);
  }
  await fetch(`${endpoint}/${BUCKET}`, { method: "PUT" });
  return {
    env: {
      VAERN_BLOBS: `s3://${BUCKET}?endpoint=${endpoint}&path_style`,
      VAERN_BLOBS_KEY: "test", VAERN_BLOBS_SECRET: "test",
    },
    stop: async () => { child.kill("SIGKILL"); },
  };
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Listens on `port` and hands each request to the next of these ports; one that doesn't listen is passed over. */
export async function startBalancer(port, ports) {
  const agent = new http.Agent({ keepAlive: true });
  let turn = 0;
  const server = http.createServer((request, response) => forward(request, response, turn++, ports.length));
  server.requestTimeout = 0;

  function forward(request, response, place, left) {
    const { method, url, headers } = request;
    const onward = http.request({ agent, host: "127.0.0.1", port: ports[place % ports.length], method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    let sent = false;
    onward.on("socket", (socket) => {
      const send = () => { if (!sent) { sent = true; request.pipe(onward); } };
      if (socket.connecting) socket.once("connect", send);
      else send();
    });
    onward.on("error", (error) => {
      // Nothing of the request is read before there is a connection, so it can go to the next node whole.
      if (!sent && error.code === "ECONNREFUSED" && left > 1) forward(request, response, place + 1, left - 1);
      else response.destroy();
    });
    response.on("close", () => { if (!response.writableEnded) onward.destroy(); });
  }

  await new Promise((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", done));
  return {
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
