// Large files in pieces (tus), before the form that takes them is sent: gone on with after a broken connection, a closed tab or a
// restart of the server. Loaded only where there is a large file.

import "./tus/tus.min.js";

const PREFIX = "vaern-upload-";
const PATIENCE = [500, 1000, 2000, 4000, 8000, 8000];

/** What is kept on the device until the receipt: where a file with this hash is going on. No name, nothing of what is in it. */
const places = {
  findAllUploads: async () => [],
  findUploadsByFingerprint: async (hash) => {
    const key = PREFIX + hash, kept = localStorage.getItem(key);
    return kept ? [{ ...JSON.parse(kept), urlStorageKey: key }] : [];
  },
  removeUpload: async (key) => localStorage.removeItem(key),
  addUpload: async (hash, { uploadUrl, size, creationTime }) => {
    const key = PREFIX + hash;
    localStorage.setItem(key, JSON.stringify({ uploadUrl, size, creationTime, metadata: {} }));
    return key;
  },
};

/** Sends a file, or the rest of it; resolves to the upload's id. `progress` hears how many bytes are there. */
export function resume({ file, sha256 }, progress) {
  return new Promise((resolve, reject) => {
    const upload = new globalThis.tus.Upload(file, {
      endpoint: new URL("/uploads", location.href).href,
      metadata: { filename: file.name },
      fingerprint: async () => sha256,
      urlStorage: places,
      retryDelays: PATIENCE,
      onProgress: progress,
      onSuccess: () => resolve(upload.url.split("/").pop()),
      onError: reject,
    });
    upload.findPreviousUploads().then(([before]) => {
      if (before) upload.resumeFromPreviousUpload(before);
      upload.start();
    }, reject);
  });
}

/** The receipt is there: nothing is gone on with any more. */
export function forget(sha256) {
  localStorage.removeItem(PREFIX + sha256);
}
