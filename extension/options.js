// First use: where Værn is, and signing in there. The session is the browser's own; the extension has none.

import { address, api, ask, text, translate } from "./address.js";

translate();
const find = (id) => document.getElementById(id);

function known(origin) {
  const link = find("open").querySelector("a");
  link.href = `${origin}/sign-in`;
  find("open").hidden = false;
}

// First, since asking for the policy takes a moment, in which a form without its script would be sent as forms are.
ask(find("form"), (saved) => {
  find("status").textContent = text("addressSaved", saved);
  known(saved);
});

const { origin, managed } = await address();
if (managed) {
  find("form").hidden = true;
  find("managed").hidden = false;
  find("managed").textContent = origin ? text("addressManaged", origin) : text("addressManagedWrong");
} else if (origin) {
  find("address").value ||= origin;
}
if (origin) known(origin);
// The policy may come after the page.
api.storage.onChanged.addListener((_, area) => { if (area === "managed") location.reload(); });
