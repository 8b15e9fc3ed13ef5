// A table that is typed or pasted (training/_grid.html): a block copied from a spreadsheet goes into the cells from the
// focused one on, or by the names of its head row; more rows are added. Nothing is checked here: the server does.
import { cellsOf } from "./lines.js";
import { fold } from "./money.js";

// What heads a column of a spreadsheet, folded; the first that fits. An empty name: a column that is not taken.
const HEADS = [
  [/^(tt|stt|so tt|no)\.?$/, ""],
  [/^(ho va ten|ho ten|ten|full name|name|giang vien|nguoi day)/, "name"],
  [/^(gioi tinh|nam ?\/ ?nu|sex|gender)/, "sex"],
  [/^(nam sinh|ngay sinh|ngay,? thang,? nam sinh|sinh nam|year of birth|birth)/, "birth_year"],
  [/^(xa|phuong|dia chi|noi o|commune|que quan|thuong tru)/, "commune"],
  [/^(dien thoai|so dien thoai|sdt|dt|phone|telephone)/, "phone"],
  [/^(cccd|cmnd|so cccd|so cmnd|can cuoc|so dinh danh|id)/, "id_number"],
  [/^(don vi|co quan|unit)/, "unit"],
  [/^(chuyen de|noi dung|topic)/, "topic"],
  [/^(ngay|day|date)/, "on"],
  [/^(so gio|so tiet|gio|hours)/, "hours"],
];

function heads(row, known) {
  const found = row.map((cell) => {
    const rule = HEADS.find(([words, name]) => words.test(fold(cell)) && (name === "" || known.has(name)));
    return rule ? rule[1] : null;
  });
  const named = found.filter(Boolean);
  return named.length >= 2 && new Set(named).size === named.length ? found : null;
}

function table(box) {
  const most = Number(box.dataset.kcMost);
  const words = box.querySelector("[data-kc-grid-words]").dataset;
  const body = box.querySelector("tbody");
  const pattern = box.querySelector("template");
  const told = box.querySelector("[data-kc-grid-told]");
  const rows = () => [...body.rows];
  const cells = (row) => [...row.querySelectorAll("[data-kc-col]")];
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

  function add() {
    const number = rows().length;
    if (!pattern || number >= most) return null; // of people on a roster there are as many as there are
    body.insertAdjacentHTML("beforeend", pattern.innerHTML.replaceAll("__n__", number).replaceAll("__row__", number + 1));
    return rows().at(-1);
  }

  box.addEventListener("paste", (event) => {
    const input = event.target.closest("[data-kc-col]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    let block = cellsOf(text);
    const names = cells(rows()[0]).map((one) => one.dataset.kcCol);
    const named = block.length > 1 ? heads(block[0], new Set(names)) : null;
    if (named) block = block.slice(1);
    const first = rows().indexOf(input.closest("tr"));
    if (first + block.length > most) {
      told.textContent = say(words.many, { count: first + block.length, most });
      return;
    }
    const start = names.indexOf(input.dataset.kcCol);
    let last = input;
    block.forEach((values, offset) => {
      const row = rows()[first + offset] ?? add();
      values.forEach((value, index) => {
        const name = named ? named[index] : names[start + index];
        const cell = name ? cells(row).find((one) => one.dataset.kcCol === name) : null;
        if (!cell) return;
        last = cell;
        cell.value = value.slice(0, cell.maxLength);
      });
    });
    told.textContent = say(words.pasted, { count: block.length });
    last.dispatchEvent(new Event("input", { bubbles: true }));
    last.focus();
  });

  box.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-kc-col]");
    if (!input || input.list || !["ArrowUp", "ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault();
    const here = rows().indexOf(input.closest("tr"));
    const next = event.key === "ArrowUp" ? rows()[here - 1] : rows()[here + 1] ?? (event.key === "Enter" ? add() : null);
    if (next) cells(next).find((one) => one.dataset.kcCol === input.dataset.kcCol).focus();
  });

  box.querySelector("[data-kc-grid-add]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const row = add();
    if (row) cells(row)[0].focus();
  });
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-kc-grid]")) {
    if (box.dataset.kcGrid === "ready") continue;
    box.dataset.kcGrid = "ready";
    table(box);
  }
}
