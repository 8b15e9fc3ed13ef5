// data-kc-keep on a form: what is typed is kept on the server as a draft, also when it is wrong or incomplete, and on this
// machine until the server has said that it has it. Whatever is left here from a page before (a closed tab, a cut
// network, an ended session) is sent from the next page that opens; the form then offers it again.
const { kcOwner: owner, kcDrafts: address } = document.body.dataset;
const MINE = `kc-typed:${owner}:`;
const SOON = 2000;
const LATE = 60000;

const uuid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

const here = {
  put(key, text) { try { localStorage.setItem(MINE + key, text); } catch { /* full or forbidden: the server alone */ } },
  get(key) { try { return localStorage.getItem(MINE + key); } catch { return null; } },
  drop(key, text) { if (text === undefined || here.get(key) === text) try { localStorage.removeItem(MINE + key); } catch { /* as above */ } },
  keys() { try { return Object.keys(localStorage).filter((name) => name.startsWith(MINE)).map((name) => name.slice(MINE.length)); } catch { return []; } },
};

const tokens = () => document.querySelectorAll("input[name='csrfmiddlewaretoken']");

// After a new sign-in the page's key against forged forms is an old one.
async function renew() {
  const answer = await fetch(address, { redirect: "manual" });
  const token = answer.ok && answer.headers.get("X-CSRFToken");
  if (token) for (const input of tokens()) input.value = token;
}

// What the server answers; an error that says `signedOut` or nothing. A redirect leads to the sign-in.
async function send(text, leaving = false) {
  const answer = await fetch(address, {
    method: "POST",
    body: text,
    headers: { "Content-Type": "application/json", "X-CSRFToken": tokens()[0]?.value ?? "" },
    redirect: "manual",
    keepalive: leaving && text.length < 20000,
    signal: AbortSignal.timeout(15000),
  });
  if (answer.ok) return answer.json();
  if (answer.status === 403) await renew();
  throw Object.assign(new Error("not kept"), { signedOut: answer.type === "opaqueredirect" || answer.status === 401 });
}

// Sends what other pages left on this machine, but for `active`. True when nothing is left.
async function drain(active) {
  let sent = false;
  for (const key of here.keys()) {
    const text = here.get(key);
    if (key === active || text === null) continue;
    try {
      await send(text);
    } catch {
      return { sent, left: true };
    }
    here.drop(key, text);
    sent = true;
  }
  return { sent, left: false };
}

function keep(form) {
  const state = form.querySelector("[data-kc-keep-state]");
  const input = form.elements.draft_key;
  const me = uuid();
  let [turn, kept, busy, wait, timer, sending] = [0, 0, false, SOON, null, false];
  const say = (words, more = "") => { state.textContent = state.dataset[words] + more; state.dataset.state = words; };

  function written() {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrfmiddlewaretoken" || name === "draft_key" || typeof value !== "string" || !value) continue;
      (fields[name] ??= []).push(value);
    }
    const text = JSON.stringify({ key: input.value, page: location.pathname, window: me, turn, fields });
    here.put(input.value, text);
    return text;
  }

  const plan = (delay) => { timer ??= setTimeout(flush, delay); };

  async function flush(leaving = false) {
    clearTimeout(timer);
    timer = null;
    if (kept === turn || (busy && !leaving)) return;
    busy = true;
    const [key, now, text] = [input.value, turn, written()];
    try {
      const answer = await send(text, leaving === true);
      here.drop(key, text);
      if (answer.stored && !sending) { // stored before, and changed since: a draft of its own
        input.value = uuid();
        written();
        plan(0);
      } else {
        kept = Math.max(kept, now);
        if (kept === turn) {
          form.dataset.kcKept = "yes";
          say("kept", ` ${answer.at}`);
        }
      }
      wait = SOON;
    } catch (error) {
      say(error.signedOut ? "signedOut" : "unsent");
      plan(wait);
      wait = Math.min(wait * 2, LATE);
    } finally {
      busy = false;
      if (kept !== turn) plan(SOON);
    }
  }

  const again = () => { wait = SOON; flush(); };

  const changed = () => {
    turn += 1;
    sending = false;
    form.dataset.kcKept = "no";
    written();
    if (state.dataset.state !== "unsent" && state.dataset.state !== "signedOut") say("typing");
    plan(SOON);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => { if (event.target.type === "checkbox" || event.target.tagName === "SELECT") flush(); });
  form.addEventListener("focusout", () => flush());
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented) { sending = true; if (kept !== turn) written(); } });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(true); else again(); });
  window.addEventListener("focus", again); // back from the window where somebody signed in anew
  window.addEventListener("pagehide", () => flush(true));
  window.addEventListener("online", again);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (turn === kept) turn += 1; // asked for: also where nothing has changed
    flush();
  });
}

async function offer(active) {
  const { sent, left } = await drain(active);
  if (left) setTimeout(() => offer(active), LATE / 2);
  const box = document.querySelector("[data-kc-kept]");
  if (!sent || !box) return;
  const answer = await fetch(`${address}?${new URLSearchParams({ page: location.pathname, without: active ?? "" })}`, { redirect: "manual" });
  if (answer.ok) box.innerHTML = await answer.text();
}

export function start(root) {
  if (!owner) return;
  for (const form of root.querySelectorAll("form[data-kc-keep]")) {
    if (form.dataset.kcKeep === "ready") continue;
    form.dataset.kcKeep = "ready";
    keep(form);
  }
  if (root !== document) return;
  const active = document.querySelector("form[data-kc-keep] input[name='draft_key']")?.value;
  offer(active).catch(() => {});
  for (const form of document.querySelectorAll("form[data-kc-sign-out]")) {
    form.addEventListener("submit", async (event) => {
      if (!here.keys().length) return;
      event.preventDefault();
      const { left } = await drain();
      if (left && !window.confirm(form.dataset.kcSignOut)) return;
      here.keys().forEach((key) => here.drop(key));
      form.submit();
    });
  }
}
