// data-kc-drop: a menu that closes with Escape or a click elsewhere. data-kc-nav: the menu that is always open on a wide screen.
export function start(root) {
  for (const box of root.querySelectorAll("[data-kc-drop]")) {
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && box.open) {
        box.open = false;
        box.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (!box.contains(event.target)) box.open = false;
    });
  }
  const wide = window.matchMedia("(min-width: 62rem)");
  for (const nav of root.querySelectorAll("[data-kc-nav]")) {
    const follow = () => { nav.open = wide.matches; };
    follow();
    wide.addEventListener("change", follow);
  }
}
