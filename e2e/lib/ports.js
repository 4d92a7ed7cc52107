import { createServer } from "node:net";

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort() {
  const probe = createServer();
  await new Promise((done, failed) => probe.once("error", failed).listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}
