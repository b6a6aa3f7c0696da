// What a phone keeps while recording: a database of its own for each account, in the browser. `waiting` holds what is
// not yet on the server, `known` what the server answered last. Signing out leaves it: unsent taps are not lost.
"use strict";

function phoneStore(account) {
  const open = new Promise((resolve, reject) => {
    const asked = indexedDB.open("asesmen-" + account, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("waiting", { keyPath: "id" });
      asked.result.createObjectStore("known", { keyPath: "id" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  async function store(name, mode, run) {
    const base = await open;
    return new Promise((resolve, reject) => {
      const work = base.transaction(name, mode);
      const asked = run(work.objectStore(name));
      work.oncomplete = () => resolve(asked && asked.result);
      work.onerror = () => reject(work.error);
      work.onabort = () => reject(work.error);
    });
  }

  return {
    get: (name, id) => store(name, "readonly", (s) => s.get(id)),
    all: (name) => store(name, "readonly", (s) => s.getAll()),
    put: (name, value) => store(name, "readwrite", (s) => s.put(value)),
    drop: (name, id) => store(name, "readwrite", (s) => s.delete(id)),
  };
}

// The page itself and those that it leads to, to be read without a signal.
async function keepPages(account) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const ready = await navigator.serviceWorker.ready;
    const pages = [...document.querySelectorAll("a[data-keep]")].map((link) => link.href);
    ready.active.postMessage({ keep: [location.href, ...pages], account });
  } catch (error) {
    // Without a service worker (plain http on a network) taps are kept all the same; only pages are not.
  }
}

// ---- what the phone and the server say of one candidate, side by side ------------------------------------------------

// One box for a save that the server has not taken: why, both values of each unit in words, and what can be done.
function decisionBox(words, conflict, acts) {
  const box = document.createElement("div");
  box.className = "notice bad";
  const text = document.createElement("p");
  text.textContent = conflict.message;
  box.append(text);
  const rows = conflict.differences || [];
  if (rows.length) {
    const list = document.createElement("ul");
    for (const row of rows) {
      const line = document.createElement("li");
      line.textContent = words.wordBoth
        .replace("{what}", () => row.what)
        .replace("{phone}", () => row.phone)
        .replace("{server}", () => row.server);
      list.append(line);
    }
    box.append(list);
  }
  const buttons = document.createElement("p");
  buttons.className = "row";
  for (const [label, act, kind] of acts) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    if (kind) made.className = kind;
    made.addEventListener("click", act);
    buttons.append(made);
  }
  box.append(buttons);
  return box;
}
