// One long picture out of what the window shows, piece by piece.

import { api } from "./address.js";

/** Bounds of the picture, in its own pixels: what browsers can draw in one, and what Værn will still show (picture.rs). */
const MOST_HEIGHT = 30_000, MOST_PIXELS = 60_000_000;
/** Chromium takes two pictures a second and refuses more (MAX_CAPTURE_VISIBLE_TAB_CALLS_PER_SECOND, checked 2026-11-25). */
const REFUSED = /MAX_CAPTURE_VISIBLE_TAB_CALLS_PER_SECOND|quota/i, AGAIN_MS = 550, TRIES = 10;

/** Why there is no picture: a key of the texts. */
export class Problem extends Error {}

/** The page has to be the one in front, or another would be in the picture. */
async function inFront(tabId) {
  const tab = await api.tabs.get(tabId).catch(() => null);
  if (!tab?.active) throw new Problem("problemMoved");
}

async function photograph(tabId, windowId) {
  for (let tries = 1; ; tries++) {
    await inFront(tabId);
    try {
      const address = await api.tabs.captureVisibleTab(windowId, { format: "png" });
      await inFront(tabId);
      return await (await fetch(address)).blob();
    } catch (error) {
      if (error instanceof Problem || tries === TRIES || !REFUSED.test(error.message)) throw error;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

/** Scrolls from top to bottom: {pieces: [{y, blob}], scale, size, whole, wide}. `page(name, …)` calls one of page.js's functions. */
async function takeAll({ tabId, windowId, page, progress }) {
  const size = await page("prepare");
  const { box } = size;
  const pieces = [];
  let scale, whole, wide, most;
  for (let y = 0; ;) {
    const at = await page("step", y);
    const blob = await photograph(tabId, windowId);
    if (!pieces.length) {
      const first = await createImageBitmap(blob);
      scale = first.width / size.width;
      most = Math.min(MOST_HEIGHT, Math.floor(MOST_PIXELS / first.width)) / scale - (size.height - box.height);
      first.close();
    }
    pieces.push({ y: at.y, blob });
    ({ whole, wide } = at);
    const reached = at.y + box.height;
    progress(reached / Math.min(whole, most));
    // It may have become longer meanwhile; but it may also go no further.
    if (reached >= whole - 1 || reached >= most || at.y < y - 1) return { pieces, scale, size, whole, wide, height: Math.min(whole, most, reached), cut: Math.min(reached, most) < whole - 1 };
    y = reached;
  }
}

/** {picture: Blob (PNG), cut, wide}: the page as it is seen, from the top to the bottom or to the bound. */
export async function stitch(how) {
  const { pieces, scale, size, height, cut, wide } = await takeAll(how);
  const { box } = size, px = (length) => Math.round(length * scale);
  const below = size.height - box.top - box.height;
  const canvas = new OffscreenCanvas(px(size.width), px(box.top + height + below));
  const draw = canvas.getContext("2d", { alpha: false });
  draw.fillStyle = "#fff";
  draw.fillRect(0, 0, canvas.width, canvas.height);
  for (const [place, { y, blob }] of pieces.entries()) {
    const piece = await createImageBitmap(blob);
    // What does not scroll stands beside the first piece, and what is below it after the last.
    if (place === 0) draw.drawImage(piece, 0, 0);
    if (place === pieces.length - 1 && below > 0) {
      draw.drawImage(piece, 0, px(box.top + box.height), piece.width, px(below), 0, px(box.top + height), piece.width, px(below));
    }
    const visible = Math.min(box.height, height - y);
    if (visible > 0) {
      draw.drawImage(piece, px(box.left), px(box.top), px(box.width), px(visible), px(box.left), px(box.top + y), px(box.width), px(visible));
    }
    piece.close();
  }
  return { picture: await canvas.convertToBlob({ type: "image/png" }), cut, wide };
}
