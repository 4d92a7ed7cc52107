// Runs in the page that is captured, in the extension's own world: scrolls it piece by piece, keeps what floats from standing there
// many times, reads the times that it states, and writes it down as one file. Everything that was changed is put back.

globalThis.vaern = (() => {
  const MOST_TIMES = 50, MOST_TEXT = 200, MOST_TITLE = 500, MOST_URL = 2000;
  const SETTLE_MS = 120, HIDDEN_MS = 1000;
  let state = null;

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const painted = () => Promise.race([frame(), pause(HIDDEN_MS)]);
  /** Painted, and whatever came into view has had a moment. A window that is not seen paints nothing: then time must do. */
  const settled = () => Promise.race([frame().then(() => pause(SETTLE_MS)), pause(HIDDEN_MS)]);

  function* everything(root = document) {
    for (const node of root.querySelectorAll("*")) {
      yield node;
      if (node.shadowRoot) yield* everything(node.shadowRoot);
    }
  }

  /** What scrolls: the page, or where it does not, the one part that fills most of it, as in a chat. */
  function scroller() {
    const page = document.scrollingElement ?? document.documentElement;
    if (page.scrollHeight > innerHeight + 1) return page;
    let best = page, most = innerWidth * innerHeight / 2;
    for (const node of everything()) {
      const area = node.clientWidth * node.clientHeight;
      if (area <= most || node.scrollHeight - node.clientHeight < 50 || !/auto|scroll/.test(getComputedStyle(node).overflowY)) continue;
      [best, most] = [node, area];
    }
    return best;
  }

  function change(node, styles) {
    for (const [name, value] of Object.entries(styles)) {
      state.changed.push([node, name, node.style.getPropertyValue(name), node.style.getPropertyPriority(name)]);
      node.style.setProperty(name, value, "important");
    }
  }

  function ancestors(node) {
    const all = new Set();
    for (let at = node; at; at = at.parentNode ?? at.host) all.add(at);
    return all;
  }

  /** Whether it lies over what scrolls; what stands beside a chat is in no piece but the first and the last. */
  function floats(node) {
    const { left, top, width, height } = box(), over = node.getBoundingClientRect();
    return over.left < left + width && over.right > left && over.top < top + height && over.bottom > top;
  }

  /** Sticky things stand where they belong, once; fixed ones stand in the first piece alone. */
  function pin(first) {
    for (const node of everything()) {
      if (!node.style || state.around.has(node) || state.pinned.has(node)) continue;
      const { position } = getComputedStyle(node);
      if (position === "sticky") change(node, { position: "relative", inset: "auto" });
      else if (position === "fixed" && !first && floats(node)) change(node, { transition: "none", opacity: "0" });
      else continue;
      state.pinned.add(node);
    }
  }

  function box() {
    const { inner } = state;
    if (inner === document.scrollingElement) return { left: 0, top: 0, width: innerWidth, height: innerHeight };
    const outer = inner.getBoundingClientRect();
    const left = Math.max(0, outer.left + inner.clientLeft), top = Math.max(0, outer.top + inner.clientTop);
    return { left, top, width: Math.min(inner.clientWidth, innerWidth - left), height: Math.min(inner.clientHeight, innerHeight - top) };
  }

  /** Makes ready; gives the sizes in the page's own pixels, `box` being the part that scrolls. */
  function prepare() {
    const inner = scroller();
    state = { inner, left: inner.scrollLeft, top: inner.scrollTop, around: ancestors(inner), changed: [], pinned: new Set() };
    change(inner, { "scroll-behavior": "auto", "scroll-snap-type": "none", "scrollbar-width": "none", "overflow-anchor": "none" });
    return { width: innerWidth, height: innerHeight, box: box() };
  }

  /** Scrolls down to `y`, or as far as it goes; says where it is, how high the whole is by now, and how wide. */
  async function step(y) {
    const { inner } = state;
    pin(y === 0);
    inner.scrollLeft = 0;
    inner.scrollTop = y;
    await settled();
    // Some things only begin to float when one scrolls.
    pin(y === 0);
    await painted();
    return { y: inner.scrollTop, whole: inner.scrollHeight, wide: inner.scrollWidth > inner.clientWidth + 1 };
  }
  function restore() {
    if (!state) return;
    for (const [node, name, value, priority] of state.changed.reverse()) {
      if (value) node.style.setProperty(name, value, priority);
      else node.style.removeProperty(name);
      if (!node.getAttribute("style")) node.removeAttribute("style");
    }
    state.inner.scrollTo({ left: state.left, top: state.top, behavior: "instant" });
    state = null;
  }

  const clean = (value, most) => Array.from(String(value ?? "").replace(/[\p{Cc}\s]+/gu, " ").trim()).slice(0, most).join("");

  /** The times that stand in the page's own markup: {times: [{mark, value, text}], more}. */
  function times() {
    const found = new Map();
    const note = (mark, value, text = "") => {
      const time = { mark: clean(mark, 60), value: clean(value, MOST_TEXT), text: clean(text, MOST_TEXT) };
      if (time.value) found.set(JSON.stringify(time), time);
    };
    const META = /^(article:|og:|book:)?(published_time|modified_time|updated_time|release_date|date|pubdate|last-modified)$|^(datePublished|dateModified|dateCreated|uploadDate)$/i;
    for (const node of everything()) {
      const property = node.getAttribute("property") ?? node.getAttribute("name") ?? node.getAttribute("itemprop");
      if (node.localName === "time") note("time", node.getAttribute("datetime") ?? node.textContent, node.textContent);
      else if (property && META.test(property) && node.getAttribute("content")) note(property, node.getAttribute("content"));
      for (const name of ["data-utime", "data-timestamp", "data-time"]) if (node.hasAttribute(name)) note(name, node.getAttribute(name), node.title || node.textContent);
    }
    for (const script of document.querySelectorAll("script[type='application/ld+json']")) {
      for (const [, name, value] of script.textContent.matchAll(/"(datePublished|dateModified|dateCreated|uploadDate)"\s*:\s*"([^"]+)"/g)) note(name, value);
    }
    const all = [...found.values()];
    return { times: all.slice(0, MOST_TIMES), more: Math.max(0, all.length - MOST_TIMES) };
  }

  const facts = () => ({ url: location.href.slice(0, MOST_URL), title: clean(document.title, MOST_TITLE), ...times() });

  return { prepare, step, restore, facts, everything };
})();
// Firefox would hand over what a script ends with, and functions can not be.
undefined;
