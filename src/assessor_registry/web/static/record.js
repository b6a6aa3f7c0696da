// Recording on a phone: each tap is kept in the browser's own database until the server has it, and the page says
// which. Nothing is dropped by a lost signal, a closed tab or a stale page; a conflict is shown, not decided here.
"use strict";

(() => {
  const root = document.querySelector("[data-record]");
  if (!root) return;

  const words = root.dataset;
  const status = document.querySelector("[data-saved]");
  const asked = document.querySelector("[data-conflicts]");
  const csrf = document.querySelector("[name=_csrf_token]").value;
  const account = root.dataset.account;
  const DEBOUNCE = 350;
  const RETRY = 4000;
  const MOST = 100; // what the server takes at once

  const { get, all, put, drop } = phoneStore(account);

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

  // On a candidate's page the units are there to be counted; in the list their number is.
  function left(draft, content) {
    const marks = content.units || {};
    const units = new Set([...draft.querySelectorAll("[data-unit]")].map((input) => input.dataset.unit));
    if (units.size) return [...units].filter((code) => !marks[code]).length;
    return Math.max(0, Number(draft.dataset.units || 0) - Object.keys(marks).length);
  }

  function count(draft, content) {
    const missing = left(draft, content);
    // A colleague's BK counts: the recommendation is about all units.
    const elsewhere = draft.dataset.elsewhereBk !== undefined;
    const refused = elsewhere || Object.values(content.units || {}).includes("BK");
    const marked = Object.keys(content.units || {}).length > 0;
    const gone = Boolean(content.outcome) && content.outcome !== "assessed";
    const own = draft.querySelectorAll("[data-progress]");
    for (const place of own.length ? own : document.querySelectorAll("[data-missing]")) {
      place.textContent = missing ? words.wordMissing.replace("{n}", missing) : words.wordComplete;
      place.dataset.count = missing;
    }
    for (const place of document.querySelectorAll("[data-recommendation]"))
      place.textContent = missing ? "–" : refused ? words.wordBk : words.wordK;
    // A note that is there is signed with the rest, so it is in view.
    for (const place of document.querySelectorAll("[data-needs-note]")) place.hidden = !refused && !content.note;
    for (const place of document.querySelectorAll("[data-clear]")) place.hidden = !marked;
    for (const place of document.querySelectorAll("[data-absent]")) place.hidden = !gone;
    for (const place of document.querySelectorAll("[data-absent-as]"))
      place.textContent = content.outcome === "withdrew" ? words.wordWithdrew : words.wordAbsent;
    // Marks of someone who is absent can still be reached, to be taken back.
    for (const place of draft.querySelectorAll("[data-when-assessed]")) place.hidden = gone && !marked;
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

  function say(state, text, link) {
    status.dataset.state = state;
    status.textContent = text;
    if (!link) return;
    const way = document.createElement("a");
    way.href = link.href;
    way.textContent = link.text;
    status.append(" ", way);
  }

  // ---- keeping and sending ---------------------------------------------------------------------------------

  let stored = null; // null until the phone's store has opened, false where there is none
  let timer = 0;
  let sending = false;
  let signal = navigator.onLine;
  let trouble = null; // why the server did not take what was sent, until it does: {text, link}

  const changed = (draft) => keep(draft).catch(plain);

  async function keep(draft) {
    const id = draft.dataset.draft;
    const content = collect(draft);
    count(draft, content);
    const known = base.get(id);
    // Said before it is kept, so that "all saved" never stands beside a tap that is not.
    if (!same(content, known.content) && status.dataset.state === "done") say("waiting", words.wordSaving);
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
    await conflicts();
    await report();
    clearTimeout(timer);
    timer = setTimeout(send, DEBOUNCE);
  }

  // The one place that says how things stand. It asks the phone's store, so nothing here is said from memory.
  async function report() {
    if (stored === false) return say("failed", words.wordPlain);
    const held = await all("waiting");
    const undecided = held.filter((entry) => entry.conflict).length;
    if (!held.length) return say("done", words.wordSaved);
    if (trouble) return say("failed", trouble.text.replace("{n}", held.length), trouble.link);
    if (undecided) {
      const link = { href: "#putuskan", text: words.wordLook };
      return say("failed", words.wordUndecided.replace("{n}", undecided), link);
    }
    say("waiting", (signal ? words.wordSending : words.wordWaiting).replace("{n}", held.length));
  }

  async function send() {
    if (sending) return;
    sending = true;
    let again = 0;
    let met = null;
    try {
      const waiting = (await all("waiting")).filter((entry) => !entry.conflict);
      const bySchedule = new Map();
      for (const entry of waiting) bySchedule.set(entry.url, [...(bySchedule.get(entry.url) || []), entry]);
      for (const [url, entries] of bySchedule) {
        const answer = await sendTo(url, entries.slice(0, MOST));
        if (answer.again || entries.length > MOST) again = DEBOUNCE;
        met = met || answer.trouble;
        if (answer.later) again = RETRY;
      }
      signal = true;
    } catch (error) {
      signal = false;
      again = RETRY;
    } finally {
      sending = false;
    }
    trouble = met;
    await report();
    if (again) setTimeout(send, again);
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
    if (answer.ok) {
      let again = false;
      for (const item of (await answer.json()).items) again = (await settled(item, entries)) || again;
      await conflicts();
      return { again };
    }
    const here = location.pathname;
    const signIn = { href: "/masuk?ke=" + encodeURIComponent(here), text: words.wordSignInLink };
    if (answer.type === "opaqueredirect" || answer.status === 401)
      return { trouble: { text: words.wordSignIn, link: signIn } };
    if (answer.status === 409) return { trouble: { text: words.wordOther, link: signIn } };
    if (answer.status === 403) return { trouble: { text: words.wordReload, link: { href: here, text: words.wordReloadLink } } };
    if (answer.status >= 500 || answer.status === 429) return { trouble: { text: words.wordLater }, later: true };
    return { trouble: { text: answer.status === 404 ? words.wordGone : words.wordFailed } };
  }

  // Returns whether there is more to send: what was tapped while this was on its way.
  async function settled(item, entries) {
    const sent = entries.find((entry) => entry.id === item.draft);
    const draft = drafts.find((each) => each.dataset.draft === item.draft);
    const now = await get("waiting", item.draft);
    const tapped = now && now.key !== sent.key;
    if (item.status === "saved") {
      const known = { id: item.draft, version: item.version, content: sent.content };
      await put("known", known);
      if (draft) base.set(item.draft, known);
      if (tapped) await put("waiting", { ...now, version: item.version });
      else await drop("waiting", item.draft);
      if (draft) mark(draft, tapped ? now : null);
      return Boolean(tapped);
    }
    const { message, current, differences } = item;
    await put("waiting", { ...(now || sent), conflict: { message, current, differences } });
    if (item.closed && draft) close(item.closed);
    return false;
  }

  // The server takes nothing here any more, and says why: no more taps that it would refuse.
  function close(text) {
    const place = document.querySelector("[data-closed-why]");
    if (text) {
      place.querySelector("p").textContent = text;
      place.hidden = false;
    }
    for (const draft of drafts)
      for (const input of draft.querySelectorAll("input, textarea")) input.disabled = true;
    for (const button of document.querySelectorAll("[data-fill], [data-clear]")) button.disabled = true;
  }

  // ---- a stale or refused save: both sides are shown, the person decides --------------------------------------

  let boxes = "";

  async function conflicts() {
    const held = (await all("waiting")).filter((entry) => entry.conflict);
    const shown = JSON.stringify(held);
    if (shown === boxes) return;
    const more = held.length && shown.length > boxes.length;
    boxes = shown;
    asked.replaceChildren(...held.map(decision));
    asked.hidden = !held.length;
    if (more) {
      asked.scrollIntoView({ block: "start" });
      asked.focus({ preventScroll: true });
    }
  }

  function decision(entry) {
    const { conflict, ...rest } = entry;
    const mine = async () => {
      const version = conflict.current ? conflict.current.version : rest.version;
      await put("waiting", { ...rest, version, key: crypto.randomUUID() });
      await conflicts();
      send();
    };
    const theirs = async () => {
      if (conflict.current) await put("known", { id: entry.id, ...conflict.current });
      await drop("waiting", entry.id);
      location.reload();
    };
    const acts = [[words.wordKeepMine, mine], [conflict.current ? words.wordTakeTheirs : words.wordDiscard, theirs, "second"]];
    return decisionBox(words, conflict, acts);
  }

  // ---- start -------------------------------------------------------------------------------------------------

  async function start() {
    if (root.dataset.closed !== undefined) close();
    const early = heard();
    for (const draft of drafts) {
      const id = draft.dataset.draft;
      const page = { id, version: Number(draft.dataset.version), content: JSON.parse(draft.dataset.content) };
      const known = await get("known", id);
      // A page that came from the phone's cache may be older than what the server has confirmed since.
      base.set(id, known && known.version > page.version ? known : page);
      const waiting = await get("waiting", id);
      apply(draft, waiting ? waiting.content : base.get(id).content);
      mark(draft, waiting);
      draft.addEventListener("submit", (event) => stored && event.preventDefault());
    }
    stored = true;
    for (const { input, checked, value } of early) Object.assign(input, /radio|checkbox/.test(input.type) ? { checked } : { value });
    for (const draft of new Set(early.map((each) => each.draft))) changed(draft);
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
    addEventListener("offline", () => {
      signal = false;
      report();
    });
    document.addEventListener("visibilitychange", () => document.hidden || send());
    // A link must not leave before the last tap is in the phone's store: it is, the store is written on each change.
    send();
    keepPages(account);
  }

  // A finger may be quicker than the phone's store: what is tapped until that is open is listed, to be done again on
  // what it holds.
  function heard() {
    const early = [];
    const hear = (draft, input) => {
      if (stored) return changed(draft);
      if (stored === false) return;
      early.push({ draft, input, checked: input.checked, value: input.value });
      say("waiting", words.wordSaving);
    };
    for (const draft of drafts) {
      draft.addEventListener("change", (event) => hear(draft, event.target));
      draft.addEventListener("input", (event) => {
        if (event.target.matches("textarea, input[type=text]")) hear(draft, event.target);
      });
    }
    return early;
  }

  // Where the browser keeps nothing, the page is what it is without script: a form with buttons that save.
  function plain() {
    stored = false;
    for (const each of document.querySelectorAll("[data-without-script], [data-needs-note]")) each.hidden = false;
    for (const each of document.querySelectorAll("[data-fill], [data-clear]")) each.hidden = true;
    report();
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

  start().catch(plain);
})();
