// Every form that changes something is sent once: a second click while it is under way does nothing.
export function start(root) {
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
