// The service worker of the offline app: keeps the app's own files, named by their contents, and serves them without network.
// Before this text come VERSION, FILES and HOME (carnet.web.place.offline), and in browsers that wake it, `waking`.
// It never touches the queue's store but through the app's own modules: a new version takes over and finds the queue where it was.
const CACHES = "carnet-offline-";
const CACHE = CACHES + VERSION;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll(FILES.map((url) => new Request(url, { cache: "reload" })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(kept(request, url.pathname));
  else if (request.mode === "navigate" && !url.pathname.endsWith(".js")) event.respondWith(fetch(request).catch(() => kept(request, HOME)));
});

async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}

// The network is back while no page is open: the browser wakes this worker, which sends what waits.
self.addEventListener("sync", (event) => {
  if (event.tag !== "carnet-offline" || !self.waking) return;
  event.waitUntil(
    (async () => {
      const database = await self.waking.open();
      const language = await self.waking.setting(database, "language");
      const answer = await self.waking.sync(database, { language });
      database.close();
      for (const client of await self.clients.matchAll()) client.postMessage("settled");
      if (answer.state === "away") throw new Error("still away"); // the browser tries again later
    })(),
  );
});
