// data-kc-to-input: links in it go to the input, not only to its place.
// data-kc-errors: the summary of what is wrong takes the focus; its links go to the input, not only to its place.
export function start(root) {
  root.querySelector("[data-kc-errors]")?.focus();
  if (root !== document) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-kc-errors] a[href^='#'], [data-kc-to-input] a[href^='#']");
    const input = link && document.getElementById(link.hash.slice(1));
    if (!input) return;
    event.preventDefault();
    input.scrollIntoView({ block: "center" });
    input.focus({ preventScroll: true });
  });
}
