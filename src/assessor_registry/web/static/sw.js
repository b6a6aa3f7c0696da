// Keeps the recording pages of this phone readable without a signal. Network first, always: a kept page is shown only
// when the network gives none. What is kept is cleared when the person signs out.
"use strict";

const KEPT = "asesmen-1";
const PATIENCE = 6000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) event.waitUntil(keep(event.data.keep));
  if (event.data && event.data.forget) event.waitUntil(caches.delete(KEPT));
});

async function keep(addresses) {
  const cache = await caches.open(KEPT);
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
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const isPage = request.mode === "navigate" && address.pathname.startsWith("/rekam");
  const isFile = address.pathname.startsWith("/static/") || address.pathname.startsWith("/vendor/");
  if (isPage) event.respondWith(page(request));
  else if (isFile) event.respondWith(file(request));
});

async function page(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request.url);
  if (!kept) return fetch(request);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(request.url, { credentials: "same-origin", redirect: "follow", signal: stop.signal });
    if (answer.redirected) {
      await caches.delete(KEPT); // signed out elsewhere
      return Response.redirect(answer.url);
    }
    if (answer.ok) await cache.put(request.url, answer.clone());
    return answer.status >= 500 ? kept : answer;
  } catch (error) {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

async function file(request) {
  const kept = await caches.match(request);
  return kept || fetch(request);
}
