// data-kc-lines: the budget table. A block copied from a spreadsheet is pasted over rows and columns, the keys walk from
// cell to cell, sums stand below. Numbers that can be read in two ways are asked about and never guessed; the server
// reads everything again.
import { fold, group, read } from "./money.js";

const THOUSANDTHS = 1000n;
const QUANTITY = /^(?:\d+|\d{1,3}(?:\.\d{3})+|(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,3})$/;
const TWO_WAYS = /^(?:[1-9]\d{0,2},\d{3}|0\d.*)$/;
const ENGLISH = /^(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/;
const SOURCES = ["national", "local", "counterpart", "other"];
// What heads a column of a spreadsheet, folded; the first that fits. An empty name: a column that is not taken.
const HEADS = [
  [/^(tt|stt|so tt|no)$/, ""],
  [/^(thanh tien|tong( cong)?|tong so|tong kinh phi|ghi chu|total|amount)$/, ""],
  [/^(noi dung hoat dong|hoat dong|activity)/, "activity"],
  [/^(noi dung|hang muc|khoan muc|ten|dien giai|mo ta|content|item)/, "content"],
  [/^(dvt|don vi( tinh)?$|unit$)/, "unit"],
  [/^(so luong|sl$|khoi luong|quantity)/, "quantity"],
  [/^(don gia|gia|unit price)/, "unit_price"],
  [/(quoc gia|kcqg|trung uong|national)/, "national"],
  [/(dia phuong|kcdp|ngan sach tinh|local)/, "local"],
  [/(doi ung|co so|don vi thu huong|counterpart)/, "counterpart"],
  [/(nguon khac|long ghep|^khac|other)/, "other"],
];
const SUM = /^(tong|cong|tong cong|tong so|total)[ :.]*$/;

// Rows of cells as a spreadsheet copies them: a cell with a line break or a quote stands in quotes.
export function cellsOf(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const row = rows.at(-1);
    const char = text[i];
    if (quoted && char === '"' && text[i + 1] === '"') {
      row[row.length - 1] += '"';
      i += 1;
    } else if (quoted && char === '"') quoted = false;
    else if (quoted) row[row.length - 1] += char === "\n" || char === "\r" ? " " : char;
    else if (char === '"' && row.at(-1) === "" && /"(\t|\r|\n|$)/.test(text.slice(i + 1))) quoted = true;
    else if (char === "\t") row.push("");
    else if (char === "\n") rows.push([""]);
    else if (char !== "\r") row[row.length - 1] += char;
  }
  return rows.map((row) => row.map((cell) => cell.replace(/\s+/g, " ").trim())).filter((row) => row.some(Boolean));
}

function heads(row) {
  const found = row.map((cell) => {
    const rule = HEADS.find(([words]) => words.test(fold(cell)));
    return rule ? rule[1] : null;
  });
  const named = found.filter(Boolean);
  return named.length >= 2 && new Set(named).size === named.length ? found : null;
}

function quantity(text) {
  if (!QUANTITY.test(text) || TWO_WAYS.test(text)) return null;
  const [whole, rest = ""] = text.replaceAll(".", "").split(",");
  return BigInt(whole) * THOUSANDTHS + BigInt(rest.padEnd(3, "0"));
}

// What a pasted number becomes: `text` for the cell, and `ask`, the spellings it may mean, where it is not clear.
export function number(pasted, whole) {
  const bare = pasted.replace(/\u00a0/g, " ").replace(/\s*(đ|₫|vnđ|vnd|đồng)$/i, "").replace(/(\d) (?=\d{3}(?!\d))/g, "$1.").trim();
  if (bare === "" || /^[-–—]$/.test(bare)) return { text: "" };
  if (whole) {
    const amount = read(bare);
    if (amount !== null && amount >= 0) return { text: group(BigInt(amount)) };
  } else if (quantity(bare) !== null) return { text: bare };
  const ask = [];
  if (/^\d{1,3}(\.\d{3})+(,\d+)?$|^\d+(,\d+)?$/.test(bare) && (!whole || !bare.includes(","))) ask.push(bare);
  if (ENGLISH.test(bare)) {
    const [thousands, rest = ""] = bare.split(".");
    const decimals = rest.replace(/0+$/, "");
    if (!whole || !decimals) ask.push(group(BigInt(thousands.replaceAll(",", ""))) + (decimals ? `,${decimals}` : ""));
  }
  return { text: bare, ask: [...new Set(ask)] };
}

function table(box) {
  const { kcMost: most } = box.dataset;
  const words = box.querySelector("[data-kc-lines-words]").dataset;
  const body = box.querySelector("tbody");
  const pattern = box.querySelector("template");
  const told = box.querySelector("[data-kc-lines-told]");
  const asked = box.querySelector("[data-kc-lines-ask]");
  const questions = document.createElement("ul");
  asked.append(questions);
  const activities = new Map([...box.querySelectorAll("datalist option")].flatMap((one) => [[fold(one.value), one.value], [fold(one.dataset.code), one.value]]));
  const form = box.closest("form");
  const rows = () => [...body.rows];
  const cells = (row) => [...row.querySelectorAll("[data-kc-col]")];
  const cell = (row, name) => row.querySelector(`[data-kc-col="${name}"]`);
  const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

  function add() {
    const number = rows().length;
    if (number >= Number(most)) return null;
    body.insertAdjacentHTML("beforeend", pattern.innerHTML.replaceAll("__n__", number).replaceAll("__row__", number + 1));
    return rows().at(-1);
  }

  function sum() {
    const totals = Object.fromEntries(SOURCES.map((source) => [source, 0n]));
    let any = false;
    for (const row of rows()) {
      let total = 0n;
      let unread = false;
      for (const source of SOURCES) {
        const text = cell(row, source).value;
        if (!text.trim()) continue;
        any = true;
        const amount = read(text);
        if (amount === null || amount < 0) unread = true;
        else {
          total += BigInt(amount);
          totals[source] += BigInt(amount);
        }
      }
      const [count, price] = [quantity(cell(row, "quantity").value.trim()), read(cell(row, "unit_price").value)];
      const priced = count === null || price === null ? null : (count * BigInt(price) + THOUSANDTHS / 2n) / THOUSANDTHS;
      const out = row.querySelector("[data-kc-line-total]");
      const wrong = !unread && priced !== null && total !== priced;
      out.textContent = unread ? "?" : cells(row).some((one) => one.value.trim()) ? group(total) : "";
      out.classList.toggle("kc-error", wrong);
      if (wrong) out.textContent += ` ≠ ${group(priced)}`;
    }
    for (const source of SOURCES) {
      const out = box.querySelector(`[data-kc-sum="${source}"]`);
      const estimate = form.elements[`estimate_${source}`];
      const typed = estimate?.value.trim() ? read(estimate.value) : null;
      const apart = any && typed !== null ? totals[source] - BigInt(typed) : 0n;
      out.textContent = group(totals[source]);
      out.classList.toggle("kc-error", apart !== 0n);
      if (apart === 0n) continue;
      const note = document.createElement("small");
      note.textContent = say(words.apart, { by: group(apart < 0n ? -apart : apart) });
      out.append(document.createElement("br"), note);
    }
    box.querySelector("[data-kc-lines-take]").hidden = !any;
    return totals;
  }

  const changed = (input) => {
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  function question(input, text, answers) {
    const item = document.createElement("li");
    item.append(`${input.getAttribute("aria-label")}: «${text}» `);
    for (const answer of answers) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary";
      button.textContent = answer;
      button.addEventListener("click", () => {
        input.value = answer;
        input.removeAttribute("aria-invalid");
        item.remove();
        asked.hidden = !questions.children.length;
        input.focus();
        changed(input);
      });
      item.append(button, " ");
    }
    input.setAttribute("aria-invalid", "true");
    questions.append(item);
    asked.hidden = false;
  }

  function put(input, text) {
    const name = input.dataset.kcCol;
    if (name === "activity") {
      input.value = activities.get(fold(text)) ?? text;
      if (text && !activities.has(fold(text))) question(input, text, []);
      return;
    }
    if (name === "content" || name === "unit") {
      input.value = text.slice(0, input.maxLength);
      return;
    }
    const { text: value, ask } = number(text, name !== "quantity");
    input.value = value;
    if (ask) question(input, text, ask);
  }

  function paste(event) {
    const input = event.target.closest("[data-kc-col]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    let block = cellsOf(text);
    const named = block.length > 1 ? heads(block[0]) : null;
    if (named) block = block.slice(1);
    const content = named ? named.indexOf("content") : 0;
    const sums = block.filter((row) => SUM.test(fold(row[content] ?? "")) || (named && !row[content] && SUM.test(fold(row.find(Boolean) ?? ""))));
    block = block.filter((row) => !sums.includes(row));
    const first = rows().indexOf(input.closest("tr"));
    if (first + block.length > Number(most)) {
      told.textContent = say(words.many, { count: first + block.length, most });
      return;
    }
    questions.replaceChildren();
    asked.hidden = true;
    const names = cells(rows()[0]).map((one) => one.dataset.kcCol);
    const start = names.indexOf(input.dataset.kcCol);
    let [last, lost] = [input, 0];
    block.forEach((values, offset) => {
      const row = rows()[first + offset] ?? add();
      values.forEach((value, index) => {
        const name = named ? named[index] : names[start + index];
        if (!name) {
          if (value && !named) lost += 1;
          return;
        }
        last = cell(row, name);
        put(last, value);
      });
    });
    told.textContent = [
      say(words.pasted, { count: block.length }),
      named ? words.headed : "",
      sums.length ? say(words.skipped, { count: sums.length }) : "",
      lost ? say(words.lost, { count: lost }) : "",
    ].filter(Boolean).join(" ");
    sum();
    changed(last);
    last.focus();
  }

  function walk(event) {
    const input = event.target.closest("[data-kc-col]");
    if (!input || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const here = rows().indexOf(input.closest("tr"));
    const name = input.dataset.kcCol;
    let next;
    if (event.key === "ArrowUp") next = rows()[here - 1];
    else if (event.key === "ArrowDown") next = rows()[here + 1];
    else if (event.key === "Enter") next = rows()[here + 1] ?? add();
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const right = event.key === "ArrowRight";
      const edge = right ? input.value.length : 0;
      if (input.selectionStart !== edge || input.selectionEnd !== edge) return;
      const row = cells(rows()[here]);
      const to = row[row.indexOf(input) + (right ? 1 : -1)];
      if (!to) return;
      event.preventDefault();
      to.focus();
      to.select();
      return;
    } else return;
    event.preventDefault();
    if (!next) {
      if (event.key === "Enter") told.textContent = say(words.full, { most });
      return;
    }
    cell(next, name).focus();
    cell(next, name).select();
  }

  box.addEventListener("paste", paste);
  box.addEventListener("keydown", walk);
  form.addEventListener("input", (event) => {
    if (box.contains(event.target) || event.target.name?.startsWith("estimate_")) sum();
  });
  box.querySelector("[data-kc-lines-add]").addEventListener("click", (event) => {
    event.preventDefault();
    const row = add();
    if (row) cells(row)[0].focus();
    else told.textContent = say(words.full, { most });
  });
  box.querySelector("[data-kc-lines-take]").addEventListener("click", () => {
    const totals = sum();
    for (const source of SOURCES) {
      const estimate = form.elements[`estimate_${source}`];
      if (!estimate) continue;
      estimate.value = totals[source] || estimate.value.trim() ? group(totals[source]) : "";
      changed(estimate);
    }
    sum();
  });
  sum();
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-kc-lines]")) {
    if (box.dataset.kcLines === "ready") continue;
    box.dataset.kcLines = "ready";
    table(box);
  }
}
