// Elements are made here, with text as text: nothing in a run becomes markup.

const root = document.documentElement;

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

const slug = (text) => text.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");

const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

// What a cell is sorted and chosen by: the exact number where it carries one, else its text.
const valueOf = (cell) => {
  if (!cell) return "";
  const exact = cell.querySelector("data[value]");
  if (exact) return Number(exact.value);
  if (cell.dataset.v !== undefined) return cell.dataset.v;
  const text = cell.textContent.trim();
  return text === "–" ? "" : text;
};

const missing = (value) => value === "" || (typeof value === "number" && Number.isNaN(value));

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));

// What is missing stays at the end, whichever way the rest is sorted.
const ordered = (items, key, descending) =>
  items
    .map((item, place) => ({ item, place, value: key(item) }))
    .sort((a, b) => {
      if (missing(a.value) || missing(b.value))
        return missing(a.value) - missing(b.value) || a.place - b.place;
      const order = compare(a.value, b.value);
      return (descending ? -order : order) || a.place - b.place;
    })
    .map((entry) => entry.item);
