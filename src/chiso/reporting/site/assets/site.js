// Sorting, filtering and the choice of a dark page. Everything can be read without this file.
"use strict";
(() => {
  const page = document.documentElement;
  const KEY = "chiso-theme";

  // Where storing is forbidden the choice holds for the page alone.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Nothing is lost but the memory.
    }
  };
  const theme = remembered();
  if (theme === "dark" || theme === "light") page.dataset.theme = theme;

  const isDark = () =>
    page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const offerTheme = () => {
    const button = document.getElementById("theme");
    const show = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      page.dataset.theme = isDark() ? "light" : "dark";
      remember(page.dataset.theme);
      show();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    show();
    button.hidden = false;
  };

  // What is absent has no key and stands last, in whichever order.
  const number = (text) => {
    const [thousands, decimal] = page.lang === "vi" ? [/\./g, ","] : [/,/g, "."];
    const found = parseFloat(text.trim().replace(thousands, "").replace(decimal, ".").replace(/^[−≤]\s*/, (sign) => (sign[0] === "−" ? "-" : "")));
    return Number.isNaN(found) ? null : found;
  };
  const keyOf = (cell) => {
    const key = cell.dataset.key;
    if (key !== undefined) return key === "" ? null : Number(key);
    return cell.classList.contains("n") || cell.closest("table").classList.contains("heat")
      ? number(cell.textContent)
      : cell.textContent.trim() || null;
  };
  const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

  const sort = (table, column, down) => {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [keyOf(row.cells[column]), row]);
    rows.sort(([one], [other]) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return down ? compare(other, one) : compare(one, other);
    });
    body.append(...rows.map(([, row]) => row));
  };
  const offerSorting = (table) => {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      if (head.dataset.sort === undefined) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      const label = Array.from(head.childNodes).filter((node) => node.nodeName !== "SMALL");
      // On paper a heading that is a button would stand above the first page of its table only.
      const printed = document.createElement("span");
      printed.className = "printed";
      printed.textContent = label.map((node) => node.textContent).join("").trim();
      button.append(...label);
      button.normalize();
      if (button.lastChild.nodeType === Node.TEXT_NODE) button.lastChild.data = button.lastChild.data.trimEnd();
      head.prepend(printed, button);
      button.addEventListener("click", () => {
        // Numbers begin with the largest, names with the first.
        const first = head.classList.contains("n") && column > 0 ? "descending" : "ascending";
        const last = first === "ascending" ? "descending" : "ascending";
        const order = head.getAttribute("aria-sort") === first ? last : first;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        sort(table, column, order === "descending");
      });
    });
  };

  // Typed without marks a word finds all that is spelled so; with marks only what bears them.
  const composed = (text) => text.normalize("NFC").toLowerCase();
  const bare = (text) => composed(text).replace(/đ/g, "d").normalize("NFD").replace(/\p{M}/gu, "");

  const offerFilter = (form) => {
    const rows = Array.from(form.parentElement.querySelectorAll(".listed tbody tr"));
    // The heat map of the overview goes with its rankings.
    const others = form.closest("main").querySelectorAll("table.heat tbody tr");
    const all = [...rows, ...others].map((row) => {
      const text = row.querySelector("th").textContent;
      return { row, exact: composed(text), bare: bare(text) };
    });
    const listed = Array.from(form.closest("main").querySelectorAll(".listed"));
    const found = form.querySelector(".found");
    const filter = () => {
      const text = composed(form.elements.text.value.trim());
      const exact = text !== bare(text);
      const level = form.elements.level?.value ?? "";
      const band = form.elements.band?.value ?? "";
      for (const each of all) {
        each.row.hidden =
          !(exact ? each.exact : each.bare).includes(text) ||
          (level !== "" && each.row.dataset.level !== level) ||
          (band !== "" && each.row.dataset.band !== band);
      }
      for (const part of listed) part.hidden = !part.querySelector("tbody tr:not([hidden])");
      const shown = rows.filter((row) => !row.hidden).length;
      found.textContent = `${shown} / ${rows.length} ${found.dataset.word}`;
    };
    form.addEventListener("input", filter);
    form.addEventListener("reset", () => setTimeout(filter));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    filter();
  };

  document.addEventListener("DOMContentLoaded", () => {
    offerTheme();
    document.querySelectorAll("table").forEach(offerSorting);
    document.querySelectorAll("form.tools").forEach(offerFilter);
    // What is folded away is printed all the same.
    addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
  });
})();
