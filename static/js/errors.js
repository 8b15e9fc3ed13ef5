// data-kc-errors: the summary of what is wrong takes the focus; its links go to the input, not only to its place.
export function start(root) {
  const summary = root.querySelector("[data-kc-errors]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const input = link && document.getElementById(link.hash.slice(1));
    if (!input) return;
    event.preventDefault();
    input.scrollIntoView({ block: "center" });
    input.focus({ preventScroll: true });
  });
}
