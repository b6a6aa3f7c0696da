// Keeps the recording pages of this phone readable without a signal. Network first, always: a kept page is shown only
// when the network gives none. What is kept is cleared when the person signs out.
"use strict";

const KEPT = "asesmen-";
const PATIENCE = 6000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) event.waitUntil(keep(event.data.keep, KEPT + event.data.account));
});

// Of everybody, or of everybody but one.
async function forget(but) {
  for (const name of await caches.keys()) if (name.startsWith(KEPT) && name !== but) await caches.delete(name);
}

async function keep(addresses, name) {
  await forget(name);
  const cache = await caches.open(name);
  for (const address of addresses) {
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) continue;
      const text = await answer.clone().text();
      await cache.put(address, answer);
      for (const [, file] of text.matchAll(/(?:href|src)="(\/(?:static|vendor)\/[^"]+)"/g))
        if (!(await cache.match(file))) await cache.add(file);
    } catch (error) {
      return; // no signal: what is kept already stays
    }
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  // Whoever signs out, or signs in after somebody, leaves nobody's pages behind.
  if (request.mode === "navigate" && /^\/(masuk|keluar)$/.test(address.pathname)) event.waitUntil(forget());
  if (request.method !== "GET") return;
  const isPage = request.mode === "navigate" && address.pathname.startsWith("/rekam");
  const isFile = address.pathname.startsWith("/static/") || address.pathname.startsWith("/vendor/");
  if (isPage) event.respondWith(page(request));
  else if (isFile) event.respondWith(file(request));
});

async function page(request) {
  const kept = await caches.match(request.url);
  if (!kept) return fetch(request);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(request.url, { credentials: "same-origin", redirect: "follow", signal: stop.signal });
    if (answer.redirected) {
      await forget(); // signed out elsewhere
      return Response.redirect(answer.url);
    }
    if (answer.ok) for (const name of await caches.keys()) await refresh(name, request.url, answer.clone());
    else if (answer.status < 500) await forget(); // somebody else's by now
    return answer.status >= 500 ? kept : answer;
  } catch (error) {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

async function refresh(name, address, answer) {
  const cache = await caches.open(name);
  if (await cache.match(address)) await cache.put(address, answer);
}

async function file(request) {
  const kept = await caches.match(request);
  return kept || fetch(request);
}
