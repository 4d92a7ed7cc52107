// What lies on the device: IndexedDB "vaern". `items` wait to be sent, sealed; `receipts` are numbers (of a drill the item's id) that
// nobody has been shown yet; `device` holds the public key of whoever was signed in last, and the language. Used by pages and by the service worker.

const STORES = { items: "id", receipts: "number", device: "name" };

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("vaern", 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when the change is on disk, not before: what was promised to wait must be there. */
async function run(store, mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode, { durability: "strict" });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

export const all = (store) => run(store, "readonly", (objects) => objects.getAll());
export const put = (store, value) => run(store, "readwrite", (objects) => objects.put(value));
export const remove = (store, key) => run(store, "readwrite", (objects) => objects.delete(key));

/** A setting of the device; undefined where there is none. */
export const setting = async (name) => (await run("device", "readonly", (objects) => objects.get(name)))?.value;
export const set = (name, value) => put("device", { name, value });
