// data-kc-money: says under the field how the amount will be read, «= 300 triệu đồng», by the rules of core/money.py.
// What can be read in two ways shows nothing; the server decides and says why.
const UNITS = { "": 1n, d: 1n, dong: 1n, vnd: 1n, nghin: 1000n, ngan: 1000n, trieu: 1000000n, tr: 1000000n, ty: 1000000000n, ti: 1000000000n };
const BILLION = 1000000000n;
const MAX_VND = 10n ** 15n;
const AMOUNT = /^([\d.,\s]*\d)\s*([a-z]*)(?:\s+(?:dong|vnd))?$/;
const NUMBER = /^(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+|(?:\d+|\d{1,3}(?:\.\d{3})+),\d+)$/;
const GROUPED = /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/;

export const fold = (text) => text.replaceAll("₫", "đ").toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replace(/\s+/g, " ").trim();

export const group = (amount) => amount.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ".");

export function read(text) {
  const folded = fold(text.replaceAll("−", "-"));
  const minus = folded.startsWith("-");
  const found = folded.replace(/^-/, "").trim().match(AMOUNT);
  const unit = found ? UNITS[found[2]] : undefined;
  if (unit === undefined) return null;
  const number = found[1].trim();
  if (!NUMBER.test(number) || (number.startsWith("0") && !/^(?:0+|0,\d+)$/.test(number))) return null;
  if (/^[1-9]\d{0,2},\d{3}$/.test(number)) return null;
  if ((unit === 1n && number.includes(",")) || (unit === BILLION && GROUPED.test(number))) return null;
  const [whole, rest = ""] = number.replace(/[. ]/g, "").split(",");
  const scale = 10n ** BigInt(rest.length);
  const scaled = BigInt(whole + rest) * unit;
  const amount = scaled / scale;
  if (scaled % scale !== 0n || amount >= MAX_VND) return null;
  return Number(minus ? -amount : amount);
}

const vietnamese = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 9 });

function words(amount) {
  const size = Math.abs(amount);
  if (size >= 1e9) return `= ${vietnamese.format(amount / 1e9)} tỷ đồng`;
  if (size >= 1e6) return `= ${vietnamese.format(amount / 1e6)} triệu đồng`;
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
