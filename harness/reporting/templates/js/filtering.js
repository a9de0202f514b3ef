// Filters over things that stand on the page: rows of tables with data-filter, and divergences.

const field = (label, control) =>
  make("div", { class: "field" }, make("label", { for: control.id }, label), control);

const typed = (label, key) => {
  const input = make("input", { id: key, type: "search", autocomplete: "off", spellcheck: "false" });
  input.addEventListener("input", () => change({ [key]: input.value }, { replace: true }));
  views.push((found) => {
    const value = found.get(key) ?? "";
    if (input.value !== value) input.value = value;
  });
  return field(label, input);
};

const chosen = (label, key, values) => {
  const select = make("select", { id: key, onchange: () => change({ [key]: select.value }) },
    make("option", { value: "" }, "all"), ...values.map((v) => make("option", { value: v }, v)));
  views.push((found) => { select.value = found.get(key) ?? ""; });
  return field(label, select);
};

const counter = () => make("span", { class: "told", role: "status" });

const distinct = (values) => [...new Set(values.filter((v) => v !== ""))].sort(collator.compare);

const lower = (text) => text.toLocaleLowerCase("en");

const words = (query) => lower(query).split(/\s+/).filter(Boolean);

// `items` are {element, text, facets}; `facets` maps a name to the values that an item has.
const filterable = (prefix, tools, items, facets, noun, after = () => {}) => {
  const told = counter();
  const keys = facets.map((name) => `${prefix}.${name}`);
  tools.append(
    typed("Search", `${prefix}.q`),
    ...facets.map((name) =>
      chosen(name.replaceAll("-", " "), `${prefix}.${name}`, distinct(items.flatMap((item) => item.facets[name])))),
    make("button", {
      type: "button",
      onclick: () => change(Object.fromEntries([`${prefix}.q`, ...keys].map((k) => [k, null]))),
    }, "Clear"),
    told,
  );
  let shown = null;
  views.push((found) => {
    const wanted = [`${prefix}.q`, ...keys].map((key) => found.get(key) ?? "");
    if (shown === wanted.join("\u0000")) return;
    shown = wanted.join("\u0000");
    const [query, ...picked] = wanted;
    const searched = words(query);
    let n = 0;
    for (const item of items) {
      const fits = facets.every((name, i) => picked[i] === "" || item.facets[name].includes(picked[i]))
        && (searched.length === 0 || searched.every((w) => (item.text ??= lower(item.element.textContent)).includes(w)));
      item.element.hidden = !fits;
      n += fits;
    }
    told.textContent = n === items.length ? `${grouped(n)} ${noun}` : `${grouped(n)} of ${grouped(items.length)} ${noun}`;
    after();
  });
};

// Rows that are seen at a glance: a filter over them would only be in the way.
const FEW = 12;

const filterableTable = (table) => {
  const heads = all("thead th", table);
  const facets = heads.map((h, i) => [slug(h.textContent), i]).filter(([, i]) => heads[i].dataset.choose !== undefined);
  const rows = all("tbody tr:not(.group)", table);
  if (rows.length < FEW) return;
  const items = rows.map((row) => ({
    element: row,
    facets: Object.fromEntries(facets.map(([name, i]) => [name, [String(valueOf(row.cells[i]))]])),
  }));
  const tools = make("div", { class: "tools", role: "group", "aria-label": `Filter: ${table.caption.textContent}` });
  table.parentElement.before(tools);
  filterable(table.id, tools, items, facets.map(([name]) => name), "rows", () => {
    for (const body of all("tbody", table)) {
      for (const head of all("tr.group", body)) head.hidden = all("tr:not(.group)", body).every((r) => r.hidden);
    }
  });
};

const divergences = () => all(".divergences").forEach((list) => {
  const items = all(".divergence", list).map((element) => ({
    element,
    facets: {
      backend: [element.dataset.backend],
      verdict: [element.dataset.verdict],
      operator: element.dataset.operators.split(" "),
      problems: [element.dataset.family],
    },
  }));
  const tools = make("div", { class: "tools", role: "group", "aria-label": "Filter the divergences" });
  list.before(tools);
  filterable("div", tools, items, ["backend", "verdict", "problems", "operator"], "divergences");
});

// A count in the strip or the matrix leads to the divergences that it counts, the first few open.
const drilling = () => document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drill]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { backend = "", verdict = "", family = "", operator = "" } = link.dataset;
  const fits = (d) => (!backend || d.backend === backend) && (!verdict || d.verdict === verdict)
    && (!family || d.family === family) && (!operator || d.operators.split(" ").includes(operator));
  const found = all(".divergences > .divergence").filter((d) => fits(d.dataset));
  change({
    "div.q": null, "div.backend": backend, "div.verdict": verdict, "div.problems": family,
    "div.operator": operator, at: "divergences", open: found.slice(0, 3).map((d) => d.id).join(","),
  });
  reveal("divergences");
  found[0]?.querySelector("summary").focus({ preventScroll: true });
});

// Rows of operators below a row of problems, shown when asked for.
const expanding = () => all("table.matrix tbody").forEach((body) => {
  const head = body.rows[0];
  const rest = all("tr.operator", body);
  if (rest.length === 0) return;
  const cell = head.cells[0];
  const button = make("button", {
    type: "button", class: "expand", "aria-expanded": "false",
    onclick: () => {
      const now = named(parameters(), "rows");
      if (!now.delete(body.id)) now.add(body.id);
      change({ rows: [...now].join(",") });
    },
  }, ...cell.childNodes);
  cell.replaceChildren(button);
  views.push((found) => {
    const open = named(found, "rows").has(body.id);
    button.setAttribute("aria-expanded", String(open));
    for (const row of rest) row.hidden = !open;
  });
});
