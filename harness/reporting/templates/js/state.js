// The view (place, filters, orders, what is open) is the fragment of the address, so that it can be
// kept, sent and gone back to. A plain #section is a view too.

const views = [];

const parameters = () => {
  const fragment = location.hash.slice(1);
  if (fragment === "") return new URLSearchParams();
  if (!fragment.includes("=")) return new URLSearchParams([["at", decodeURIComponent(fragment)]]);
  return new URLSearchParams(fragment);
};

const written = (found) => {
  const keys = [...found.keys()];
  if (keys.length === 0) return location.pathname + location.search;
  if (keys.length === 1 && keys[0] === "at") return `#${encodeURIComponent(found.get("at"))}`;
  return `#${found}`;
};

const applied = () => {
  const found = parameters();
  for (const view of views) view(found);
};

// Change the view; a null takes a key away. What is typed replaces the entry of the history, what
// is chosen makes a new one.
const change = (changes, { replace = false } = {}) => {
  const found = parameters();
  const before = found.toString();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") found.delete(key);
    else found.set(key, value);
  }
  if (found.toString() === before) return;
  history[replace ? "replaceState" : "pushState"](null, "", written(found));
  applied();
};

// The details that are open when nothing is said of them; known once the page is there.
const opened = new Set();
let ready = false;

const openings = (also = []) => {
  const now = all("details[id]");
  const open = (d) => d.open || also.includes(d);
  return {
    open: now.filter((d) => open(d) && !opened.has(d.id)).map((d) => d.id).join(","),
    shut: now.filter((d) => !open(d) && opened.has(d.id)).map((d) => d.id).join(","),
  };
};

const named = (found, key) => new Set((found.get(key) ?? "").split(",").filter(Boolean));

const sameNames = (found, key, names) => {
  const known = named(found, key);
  const there = new Set(names.split(",").filter(Boolean));
  return known.size === there.size && [...known].every((name) => there.has(name));
};

views.push((found) => {
  const open = named(found, "open");
  const shut = named(found, "shut");
  for (const details of all("details[id]")) {
    const wanted = opened.has(details.id) ? !shut.has(details.id) : open.has(details.id);
    if (details.open !== wanted) details.open = wanted;
  }
});

document.addEventListener("toggle", (event) => {
  if (!ready || !event.target.matches?.("details[id]")) return;
  const now = openings();
  if (!Object.entries(now).every(([key, names]) => sameNames(parameters(), key, names))) change(now);
}, true);

// The place that a view names: shown, with whatever it lies in opened.
const reveal = (id) => {
  const target = id && document.getElementById(id);
  if (!target) return null;
  const around = [];
  for (let e = target.parentElement; e; e = e.parentElement) if (e.tagName === "DETAILS") around.push(e);
  if (around.some((details) => !details.open)) change(openings(around), { replace: true });
  target.scrollIntoView({ block: "start" });
  return target;
};
