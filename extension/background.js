// The toolbar's button. All work is done by the page capture.html: a service worker may be stopped in the middle, a page is not.

const api = globalThis.browser ?? globalThis.chrome;

api.action.onClicked.addListener(async (tab) => {
  const query = new URLSearchParams({ tab: tab.id, window: tab.windowId });
  // Behind the page, which has to stay in front to be captured.
  await api.tabs.create({ url: api.runtime.getURL(`capture.html?${query}`), active: false, index: tab.index + 1, windowId: tab.windowId });
});

api.runtime.onInstalled.addListener(async ({ reason }) => {
  // Whoever gets it by policy gets the address so too, but only a moment later.
  const { installType } = await api.management.getSelf();
  if (reason === "install" && installType !== "admin") await api.runtime.openOptionsPage();
});
