// data-kc-picked: says how many rows of the list are ticked.
export function start(root) {
  const said = root.querySelector("[data-kc-picked]");
  if (!said) return;
  const boxes = [...root.querySelectorAll(".kc-pick input")];
  const count = () => {
    const number = boxes.filter((box) => box.checked).length;
    said.textContent = number ? `${said.dataset.kcPicked} ${number}` : "";
  };
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
}
