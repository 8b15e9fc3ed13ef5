// Coming back to a form without the browser's own memory of the page fetches it anew, with a new key, while what was
// typed is filled in again: sent once more, it would be stored twice. So the key stays with the entry of the history.
function keepKeys() {
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const before = back ? history.state?.kcKeys ?? [] : [];
  const inputs = [...document.querySelectorAll("input[name='form_key'], input[name='uuid']")];
  inputs.forEach((input, index) => { if (before[index]) input.value = before[index]; });
  if (inputs.length) history.replaceState({ ...history.state, kcKeys: inputs.map((input) => input.value) }, "");
}

// Every form that changes something is sent once: a second click while it is under way does nothing.
export function start(root) {
  if (root === document) keepKeys();
  for (const form of root.querySelectorAll("form[method='post']")) {
    if (form.dataset.kcOnce) continue;
    form.dataset.kcOnce = "ready";
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.kcOnce === "sent") {
        event.preventDefault();
        return;
      }
      form.dataset.kcOnce = "sent";
      form.setAttribute("aria-busy", "true");
      const button = event.submitter;
      if (button) {
        button.setAttribute("aria-disabled", "true");
        if (button.dataset.kcSending) button.textContent = button.dataset.kcSending;
      }
    });
  }
}

// Coming back with the browser's «back» shows the form as it was left: it may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-kc-once='sent']")) {
    form.dataset.kcOnce = "ready";
    form.removeAttribute("aria-busy");
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  }
});
