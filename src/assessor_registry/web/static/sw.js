// Keeps the recording pages of this phone readable without a signal. Network first, always: a kept page is shown only
// when the network gives none. What is kept is cleared when the person signs out. Where nothing is kept, a page says so.
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
  const goes = request.mode === "navigate";
  if (goes && /^\/(masuk|keluar|aktivasi)$/.test(address.pathname)) return event.respondWith(door(request, address));
  if (goes && (address.pathname === "/" || (address.pathname.startsWith("/rekam/") && request.method !== "GET")))
    return event.respondWith(fetch(request).catch(() => noSignal(request)));
  if (request.method !== "GET") return;
  const isPage = goes && address.pathname.startsWith("/rekam/");
  const isFile = address.pathname.startsWith("/static/") || address.pathname.startsWith("/vendor/");
  if (isPage) event.respondWith(page(request));
  else if (isFile) event.respondWith(file(request));
});

// Whoever signs out, or signs in after somebody, leaves nobody's pages behind. Without a signal nobody has signed out.
async function door(request, address) {
  try {
    const answer = await fetch(request);
    await forget();
    return answer;
  } catch (error) {
    return noSignal(request, address.pathname === "/keluar");
  }
}

async function page(request) {
  const kept = await caches.match(request.url);
  if (!kept) return fetch(request).catch(() => noSignal(request));
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
  const cache = (await caches.has(name)) && (await caches.open(name));
  if (cache && (await cache.match(address))) await cache.put(address, answer);
}

async function file(request) {
  const kept = await caches.match(request);
  return kept || fetch(request);
}

// Not kept anywhere: it is there also when everything has been forgotten.
function noSignal(request, leaving) {
  const again = request.method === "GET" ? request.url : request.referrer;
  const back = again.startsWith(location.origin) ? new URL(again).pathname + new URL(again).search : "/";
  const escaped = back.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const body = `<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Tidak ada sinyal</title>
<style>body{font:100%/1.5 system-ui,sans-serif;margin:2rem 1rem;max-width:34rem}h1{font-size:1.5rem}
a{display:inline-flex;min-height:2.75rem;align-items:center;font-weight:600}</style></head>
<body><h1>Tidak ada sinyal</h1>${leaving ? "<p><strong>Anda belum keluar.</strong></p>" : ""}
<p>Isian Anda aman di ponsel ini; buka lagi halaman ini saat ada sinyal.</p>
<p><a href="${escaped}">${request.method === "GET" ? "Coba lagi" : "Kembali"}</a></p></body></html>`;
  return new Response(body, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}
