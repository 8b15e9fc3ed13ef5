// data-kc-leave on a form: warns before a page is left with something typed and neither stored nor kept (keep.js).
export function start(root) {
  for (const form of root.querySelectorAll("form[data-kc-leave]")) {
    let changed = form.querySelector("[aria-invalid='true']") !== null;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed && form.dataset.kcKept !== "yes") event.preventDefault(); });
  }
}
