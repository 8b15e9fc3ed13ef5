// data-kc-print: a button that prints the page.
export function start(root) {
  for (const button of root.querySelectorAll("[data-kc-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
