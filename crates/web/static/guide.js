// The self-check: ticks stay on this device alone, and only until the browser's tab is closed.
for (const section of document.querySelectorAll("[data-ticks]")) {
  for (const box of section.querySelectorAll("input[type=checkbox]")) {
    const key = `vaern-${box.id}`;
    box.checked = sessionStorage.getItem(key) === "1";
    box.addEventListener("change", () => {
      if (box.checked) sessionStorage.setItem(key, "1");
      else sessionStorage.removeItem(key);
    });
  }
}

// The report: the how-to of the platform that was written stands first; the others are behind the fold.
const list = document.querySelector("[data-howto]");
const platform = document.querySelector("#platform");
const medium = document.querySelector("#medium");
if (list && platform) {
  const known = JSON.parse(list.dataset.howto);
  const show = () => {
    const said = platform.value.trim().toLowerCase();
    const found = known.find(([, words]) => words.some((word) => said === word || (word.length > 2 && said.includes(word))));
    const name = found ? found[0] : { sms: "sms", email: "email" }[medium?.value];
    for (const link of document.querySelectorAll("[data-platform]")) link.hidden = link.dataset.platform !== name;
  };
  platform.addEventListener("input", show);
  medium?.addEventListener("change", show);
  show();
}
