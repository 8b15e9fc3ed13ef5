// data-kc-money: says under the field how the amount will be read, «= 300 triệu đồng». The server decides.
const UNITS = { "": 1, "đ": 1, "đồng": 1, "nghìn": 1e3, "ngàn": 1e3, "tr": 1e6, "triệu": 1e6, "tỷ": 1e9, "tỉ": 1e9 };
const TWO_READINGS = /^-?(?:[1-9]\d{0,2},\d{3}(?!\d)|0\d|\d{1,3}(?:\.\d{3})+(?:,\d+)?\s*t[ỷỉ])/u;
const AMOUNT = /^-?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?\s*(\p{L}*)$/u;

function read(text) {
  const typed = text.trim().toLowerCase().normalize("NFC");
  const found = typed.match(AMOUNT);
  if (!found || TWO_READINGS.test(typed) || !(found[3] in UNITS)) return null;
  const amount = Number(`${found[1].replaceAll(".", "")}.${found[2] ?? "0"}`) * UNITS[found[3]];
  return Number.isInteger(amount) && amount < 1e15 ? amount : null;
}

const vietnamese = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 9 });

function words(amount) {
  if (amount >= 1e9) return `= ${vietnamese.format(amount / 1e9)} tỷ đồng`;
  if (amount >= 1e6) return `= ${vietnamese.format(amount / 1e6)} triệu đồng`;
  return `= ${vietnamese.format(amount)} đồng`;
}

export function start(root) {
  for (const input of root.querySelectorAll("input[data-kc-money]")) {
    if (input.dataset.kcMoney === "ready") continue;
    input.dataset.kcMoney = "ready";
    const line = document.createElement("div");
    line.className = "kc-money-words";
    line.id = `${input.id}_words`;
    input.after(line);
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${line.id}`.trim());
    const show = () => {
      const amount = read(input.value);
      line.textContent = amount === null ? "" : words(amount);
    };
    input.addEventListener("input", show);
    show();
  }
}
