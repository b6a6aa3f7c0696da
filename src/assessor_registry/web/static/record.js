// Recording on a phone: each tap is kept in the browser's own database until the server has it, and the page says
// which. Nothing is dropped by a lost signal, a closed tab or a stale page; a conflict is shown, not decided here.
"use strict";

(() => {
  const root = document.querySelector("[data-record]");
  if (!root) return;

  const words = root.dataset;
  const status = document.querySelector("[data-saved]");
  const csrf = document.querySelector("[name=_csrf_token]").value;
  const account = root.dataset.account;
  const DEBOUNCE = 350;
  const RETRY = 4000;

  // ---- the phone's own store -------------------------------------------------------------------------------

  const open = new Promise((resolve, reject) => {
    const asked = indexedDB.open("asesmen-" + account, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("waiting", { keyPath: "id" }); // not yet on the server
      asked.result.createObjectStore("known", { keyPath: "id" }); // last answer of the server
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

  const get = (name, id) => store(name, "readonly", (s) => s.get(id));
  const all = (name) => store(name, "readonly", (s) => s.getAll());
  const put = (name, value) => store(name, "readwrite", (s) => s.put(value));
  const drop = (name, id) => store(name, "readwrite", (s) => s.delete(id));

  // ---- what the page holds ---------------------------------------------------------------------------------

  const drafts = [...document.querySelectorAll("[data-draft]")];
  const base = new Map(); // id → {version, content} as the server knew it when it last answered

  function same(a, b) {
    return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
  }

  function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted);
    if (value && typeof value === "object")
      return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
    return value === undefined ? null : value;
  }

  function collect(draft) {
    const content = structuredClone(base.get(draft.dataset.draft).content);
    for (const input of draft.querySelectorAll("[data-field]")) {
      const field = input.dataset.field;
      if (input.type === "radio") {
        if (input.checked) content[field] = input.value;
      } else if (input.type === "checkbox") {
        const kept = new Set(content[field] || []);
        if (input.checked) kept.add(input.value);
        else kept.delete(input.value);
        content[field] = [...kept].sort();
      } else {
        content[field] = input.value.trim() || null;
      }
    }
    for (const input of draft.querySelectorAll("[data-bool]")) content[input.dataset.bool] = input.checked;
    // What this page shows is what holds: a mark that was taken back is gone.
    const shown = draft.querySelectorAll("[data-unit]");
    if (shown.length) {
      content.units = { ...content.units };
      for (const input of shown) delete content.units[input.dataset.unit];
    }
    const judged = draft.querySelectorAll("[data-unit]:checked");
    // Whoever judges a unit has seen the candidate.
    if (judged.length && !content.outcome) content.outcome = "assessed";
    for (const input of judged)
      content.units = { ...content.units, [input.dataset.unit]: input.value };
    return content;
  }

  function apply(draft, content) {
    for (const input of draft.querySelectorAll("[data-field]")) {
      const value = content[input.dataset.field];
      if (input.type === "radio") input.checked = value === input.value;
      else if (input.type === "checkbox") input.checked = (value || []).includes(input.value);
      else if (document.activeElement !== input) input.value = value || "";
    }
    for (const input of draft.querySelectorAll("[data-bool]")) input.checked = Boolean(content[input.dataset.bool]);
    for (const input of draft.querySelectorAll("[data-unit]"))
      input.checked = (content.units || {})[input.dataset.unit] === input.value;
    count(draft, content);
  }

  function count(draft, content) {
    const units = new Set([...draft.querySelectorAll("[data-unit]")].map((input) => input.dataset.unit));
    const missing = [...units].filter((code) => !(content.units || {})[code]).length;
    const refused = Object.values(content.units || {}).includes("BK");
    for (const place of document.querySelectorAll("[data-missing]")) {
      place.textContent = missing ? words.wordMissing.replace("{n}", missing) : words.wordComplete;
      place.dataset.count = missing;
    }
    for (const place of document.querySelectorAll("[data-recommendation]"))
      place.textContent = missing ? "–" : refused ? words.wordBk : words.wordK;
    // A note that is there is signed with the rest, so it is in view.
    for (const place of document.querySelectorAll("[data-needs-note]")) place.hidden = !refused && !content.note;
    for (const place of document.querySelectorAll("[data-clear]")) place.hidden = !Object.keys(content.units || {}).length;
    // Marks of someone who is absent can still be reached, to be taken back.
    for (const place of draft.querySelectorAll("[data-when-assessed]"))
      place.hidden =
        Boolean(content.outcome) && content.outcome !== "assessed" && !Object.keys(content.units || {}).length;
  }

  // Marks what is only on the phone so far.
  function mark(draft, waiting) {
    const known = base.get(draft.dataset.draft).content;
    for (const place of draft.querySelectorAll("[data-unit-row]")) {
      const code = place.dataset.unitRow;
      const pending = waiting && (waiting.content.units || {})[code] !== (known.units || {})[code];
      place.toggleAttribute("data-pending", Boolean(pending));
    }
    const dot = draft.querySelector("[data-pending-mark]");
    if (dot) dot.textContent = waiting ? words.wordPending : "";
  }

  function say(state, text) {
    status.dataset.state = state;
    status.textContent = text;
  }

  // ---- keeping and sending ---------------------------------------------------------------------------------

  let timer = 0;
  let sending = false;

  async function changed(draft) {
    const id = draft.dataset.draft;
    const content = collect(draft);
    count(draft, content);
    const known = base.get(id);
    if (same(content, known.content)) {
      await drop("waiting", id);
      mark(draft, null);
    } else {
      const entry = {
        id,
        schedule: root.dataset.schedule,
        url: root.dataset.url,
        version: known.version,
        content,
        key: crypto.randomUUID(),
      };
      await put("waiting", entry);
      mark(draft, entry);
    }
    await report();
    clearTimeout(timer);
    timer = setTimeout(send, DEBOUNCE);
  }

  async function report(problem) {
    const waiting = (await all("waiting")).length;
    if (problem) return say("failed", problem);
    if (!waiting) return say("done", words.wordSaved);
    say("waiting", words.wordWaiting.replace("{n}", waiting));
  }

  async function send() {
    if (sending) return;
    sending = true;
    let again = false;
    try {
      const waiting = (await all("waiting")).filter((entry) => !entry.conflict);
      const bySchedule = new Map();
      for (const entry of waiting) bySchedule.set(entry.url, [...(bySchedule.get(entry.url) || []), entry]);
      for (const [url, entries] of bySchedule) again = (await sendTo(url, entries)) || again;
      await report();
    } catch (error) {
      await report();
      setTimeout(send, RETRY);
    } finally {
      sending = false;
    }
    if (again) setTimeout(send, DEBOUNCE);
  }

  async function sendTo(url, entries) {
    const answer = await fetch(url, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-csrftoken": csrf, "x-shown-to": words.shownTo },
      credentials: "same-origin",
      redirect: "manual",
      body: JSON.stringify({
        items: entries.map(({ id, version, content, key }) => ({ draft: id, version, content, key })),
      }),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403 || answer.status === 409) {
      say("failed", words.wordSignIn);
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) throw new Error("later");
    const said = await answer.json();
    if (!answer.ok) {
      say("failed", said.title || words.wordFailed);
      return false;
    }
    let again = false;
    for (const item of said.items) again = (await settled(item, entries)) || again;
    return again;
  }

  async function settled(item, entries) {
    const sent = entries.find((entry) => entry.id === item.draft);
    const draft = drafts.find((each) => each.dataset.draft === item.draft);
    const now = await get("waiting", item.draft);
    if (item.status === "saved") {
      const known = { id: item.draft, version: item.version, content: sent.content };
      await put("known", known);
      if (draft) base.set(item.draft, known);
      if (now && now.key !== sent.key) {
        await put("waiting", { ...now, version: item.version }); // tapped on while this was on its way
        if (draft) mark(draft, now);
        return true;
      }
      await drop("waiting", item.draft);
      if (draft) mark(draft, null);
      return false;
    }
    await put("waiting", { ...(now || sent), conflict: { message: item.message, current: item.current || null } });
    await conflicts();
    return false;
  }

  // ---- a stale or refused save: both sides are shown, the person decides --------------------------------------

  async function conflicts() {
    const place = document.querySelector("[data-conflicts]");
    const held = (await all("waiting")).filter((entry) => entry.conflict);
    place.replaceChildren();
    place.hidden = !held.length;
    for (const entry of held) {
      const box = document.createElement("div");
      box.className = "notice bad";
      const text = document.createElement("p");
      text.textContent = entry.conflict.message;
      box.append(text);
      const buttons = document.createElement("p");
      buttons.className = "row";
      if (entry.conflict.current) {
        buttons.append(
          button(words.wordKeepMine, async () => {
            const { conflict, ...rest } = entry;
            await put("waiting", { ...rest, version: conflict.current.version, key: crypto.randomUUID() });
            await conflicts();
            send();
          }),
        );
      }
      buttons.append(
        button(
          words.wordTakeTheirs,
          async () => {
            if (entry.conflict.current)
              await put("known", { id: entry.id, ...entry.conflict.current });
            await drop("waiting", entry.id);
            location.reload();
          },
          "second",
        ),
      );
      box.append(buttons);
      place.append(box);
    }
  }

  function button(text, act, kind) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (kind) made.className = kind;
    made.addEventListener("click", act);
    return made;
  }

  // ---- start -------------------------------------------------------------------------------------------------

  async function start() {
    for (const draft of drafts) {
      const id = draft.dataset.draft;
      const page = { id, version: Number(draft.dataset.version), content: JSON.parse(draft.dataset.content) };
      const known = await get("known", id);
      // A page that came from the phone's cache may be older than what the server has confirmed since.
      base.set(id, known && known.version > page.version ? known : page);
      const waiting = await get("waiting", id);
      apply(draft, waiting ? waiting.content : base.get(id).content);
      mark(draft, waiting);
      draft.addEventListener("change", () => changed(draft));
      draft.addEventListener("input", (event) => {
        if (event.target.matches("textarea, input[type=text]")) changed(draft);
      });
      draft.addEventListener("submit", (event) => event.preventDefault());
    }
    for (const fill of document.querySelectorAll("[data-fill]")) {
      fill.hidden = false;
      fill.addEventListener("click", (event) => {
        event.preventDefault();
        fillRest(fill.dataset.fill);
      });
    }
    for (const clear of document.querySelectorAll("[data-clear]"))
      clear.addEventListener("click", () => {
        for (const draft of drafts) {
          for (const input of draft.querySelectorAll("[data-unit]")) input.checked = false;
          changed(draft);
        }
      });
    for (const each of document.querySelectorAll("[data-without-script]")) each.hidden = true;
    await conflicts();
    await report();
    addEventListener("online", send);
    document.addEventListener("visibilitychange", () => document.hidden || send());
    // A link must not leave before the last tap is in the phone's store: it is, the store is written on each change.
    send();
    keepPages();
  }

  // "Sisanya K", "Semua hadir": fills only what nobody has touched.
  function fillRest(value) {
    for (const draft of drafts) {
      const names = new Set([...draft.querySelectorAll("input[type=radio][data-unit], input[type=radio][data-fillable]")].map((i) => i.name));
      let touched = false;
      for (const name of names) {
        const choices = [...draft.querySelectorAll("input[type=radio]")].filter((input) => input.name === name);
        if (choices.some((input) => input.checked)) continue;
        const choice = choices.find((input) => input.value === value);
        if (choice) {
          choice.checked = true;
          touched = true;
        }
      }
      if (touched) changed(draft);
    }
  }

  async function keepPages() {
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

  start().catch(() => say("failed", words.wordFailed));
})();
