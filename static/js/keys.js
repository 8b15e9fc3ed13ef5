// data-kc-key on a link or a button: the key that presses it. data-kc-keys is the dialog that names them all, opened with
// «?» and by data-kc-keys-open; there they can be switched off on this machine (data-kc-keys-on). No key decides anything:
// each leads to a page or opens something.
const OFF = "kc-keys-off";
const remembered = () => { try { return localStorage.getItem(OFF) === null; } catch { return true; } };

export function start(root) {
  if (root !== document) return;
  const dialog = document.querySelector("dialog[data-kc-keys]");
  if (!dialog) return;
  let on = remembered();
  const tick = dialog.querySelector("[data-kc-keys-on]");
  tick.checked = on;
  tick.addEventListener("change", () => {
    on = tick.checked;
    try { on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"); } catch { /* for this page only */ }
  });
  for (const button of document.querySelectorAll("[data-kc-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  document.addEventListener("keydown", (event) => {
    if (!on || dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary, [tabindex='0']")) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const target = document.querySelector(`[data-kc-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input:not([type='checkbox'])")) target.focus();
    else target.click();
  });
}
