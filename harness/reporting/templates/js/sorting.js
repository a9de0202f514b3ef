// Tables with data-sort: each head becomes a button; up, down, and back to the order of the plan.

const sorter = (keys, key) => {
  const names = new Map();
  const show = (order) => {
    const descending = order.startsWith("-");
    const name = descending ? order.slice(1) : order;
    for (const [head, its] of names) {
      if (its === name && order) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  };
  keys.forEach(([head, name]) => {
    names.set(head, name);
    const content = [...head.childNodes];
    head.replaceChildren(
      make("button", {
        type: "button",
        onclick: () => {
          const now = parameters().get(key) ?? "";
          change({ [key]: now === name ? `-${name}` : now === `-${name}` ? null : name });
        },
      }, ...content),
    );
  });
  return show;
};

const sortable = (table) => {
  const key = `${table.id}.sort`;
  const heads = all("thead th", table);
  const used = new Set();
  const keys = heads.map((head, i) => {
    let name = slug(head.dataset.name ?? head.textContent) || `column-${i}`;
    if (used.has(name)) name = `${name}-${i}`;
    used.add(name);
    return [head, name];
  });
  const show = sorter(keys, key);
  const bodies = all("tbody", table).map((body) => {
    const rows = [...body.rows];
    const fixed = rows.filter((row) => row.classList.contains("group"));
    return { body, fixed, rows: rows.filter((row) => !fixed.includes(row)) };
  });
  let shown = "";
  views.push((found) => {
    const order = found.get(key) ?? "";
    if (order === shown) return;
    shown = order;
    show(order);
    const column = keys.findIndex(([, name]) => name === order.replace(/^-/, ""));
    for (const { body, fixed, rows } of bodies) {
      const sorted = column < 0 ? rows
        : ordered(rows, (row) => valueOf(row.cells[column]), order.startsWith("-"));
      body.append(...fixed, ...sorted);
    }
  });
};
