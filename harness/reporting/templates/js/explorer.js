// Every row of a CSV: searched, chosen, sorted and shown fifty at a time, made when it is opened.

const PAGE = 50;

const significant = (cell) => {
  const value = Number(cell);
  if (!Number.isFinite(value) || value === 0) return cell;
  const size = Math.abs(value);
  return (size < 1e-3 || size >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4)))).replace("-", "−");
};

const explorer = (details) => {
  const source = details.dataset.source;
  const inside = details.querySelector(".rows");
  const shownColumns = details.dataset.columns.split(" ");
  const facets = details.dataset.facets.split(" ");
  const numbers = new Set(details.dataset.numbers.split(" "));
  const symbols = JSON.parse(document.getElementById("data-words").textContent);
  let begun = false;

  const begin = async () => {
    inside.replaceChildren(make("p", { role: "status" }, "Unpacking …"));
    const { names, rows } = await tableOf(source);
    const place = Object.fromEntries(names.map((name, i) => [name, i]));
    const texts = new Array(rows.length);
    const columns = shownColumns.filter((name) => name in place);
    const text = (i) => (texts[i] ??= lower(rows[i].join("\u0001")));
    const told = counter();
    const body = make("tbody");
    const show = (() => {
      const keys = columns.map((name) => [make("th", { scope: "col", class: numbers.has(name) ? "n" : null }, name), name]);
      const mark = sorter(keys, `${source}.sort`);
      const table = make("table", { id: source }, make("caption", {}, details.dataset.caption),
        make("thead", {}, make("tr", {}, ...keys.map(([head]) => head))), body);
      const back = make("button", { type: "button", onclick: () => turn(-1) }, "Previous");
      const on = make("button", { type: "button", onclick: () => turn(1) }, "Next");
      inside.replaceChildren(
        make("div", { class: "tools", role: "group", "aria-label": details.dataset.caption },
          typed("Search", `${source}.q`),
          ...facets.filter((name) => name in place).map((name) =>
            chosen(name, `${source}.${name}`, distinct(rows.map((row) => plain(row[place[name]]))))),
          make("button", {
            type: "button",
            onclick: () => change(Object.fromEntries(["q", "page", ...facets].map((n) => [`${source}.${n}`, null]))),
          }, "Clear"),
          back, on, told),
        make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": details.dataset.caption }, table));
      return { mark, back, on };
    })();

    let found = [];
    let page = 0;
    let wanted = null;
    const turn = (by) => change({ [`${source}.page`]: page + by ? String(page + by + 1) : null });

    const cellOf = (row, name, first) => {
      const raw = visible(plain(row[place[name]]));
      const word = symbols[name]?.[raw];
      if (first) {
        return make("th", { scope: "row" }, make("button", {
          type: "button", class: `row-button ${word ? word.tone : ""}`, "aria-expanded": "false",
          onclick: (event) => unfold(event.currentTarget, row),
        }, word ? `${word.symbol} ${raw}` : raw || "–"));
      }
      if (word) return make("td", {}, make("span", { class: `mark ${word.tone}` }, make("b", { "aria-hidden": "true" }, word.symbol), ` ${raw}`));
      if (numbers.has(name)) return make("td", { class: "n", title: raw || null }, raw ? significant(raw) : "–");
      return make("td", name === "reason" ? { class: "text" } : {}, raw.length > 200 ? `${raw.slice(0, 199)}…` : raw || "–");
    };

    const unfold = (button, row) => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      const line = button.closest("tr");
      if (open) { line.nextElementSibling.remove(); return; }
      const facts = make("dl", { class: "facts" });
      names.forEach((name, i) => {
        if (row[i] !== "") facts.append(make("dt", {}, name), make("dd", { class: "foreign" }, visible(plain(row[i]))));
      });
      line.after(make("tr", { class: "more" }, make("td", { colspan: String(columns.length) }, facts)));
    };

    const draw = () => {
      const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
      page = Math.min(page, last);
      const slice = found.slice(page * PAGE, (page + 1) * PAGE);
      body.replaceChildren(...slice.map((i) => make("tr", {}, ...columns.map((name, c) => cellOf(rows[i], name, c === 0)))));
      show.back.disabled = page === 0;
      show.on.disabled = page === last;
      const first = found.length ? page * PAGE + 1 : 0;
      told.textContent = `${grouped(first)}–${grouped(page * PAGE + slice.length)} of ${grouped(found.length)}`
        + (found.length === rows.length ? " rows" : ` rows that fit, ${grouped(rows.length)} in all`);
    };

    const follow = (parameter) => {
      const order = parameter.get(`${source}.sort`) ?? "";
      const picks = facets.filter((name) => name in place).map((name) => [place[name], parameter.get(`${source}.${name}`) ?? ""]).filter(([, v]) => v);
      const searched = words(parameter.get(`${source}.q`) ?? "");
      const now = JSON.stringify([order, picks, searched]);
      const asked = Math.max(0, Number(parameter.get(`${source}.page`) ?? 1) - 1 || 0);
      if (now === wanted && asked === page && body.rows.length) return;
      if (now !== wanted) {
        wanted = now;
        show.mark(order);
        found = rows.map((_, i) => i).filter((i) =>
          picks.every(([column, value]) => plain(rows[i][column]) === value) && searched.every((w) => text(i).includes(w)));
        const name = order.replace(/^-/, "");
        if (name in place) {
          const column = place[name];
          const value = numbers.has(name)
            ? (i) => (rows[i][column] === "" ? NaN : Number(rows[i][column].replace("inf", "Infinity")))
            : (i) => rows[i][column];
          found = ordered(found, value, order.startsWith("-"));
        }
      }
      page = asked;
      draw();
    };
    views.push(follow);
    applied();
  };

  const opening = () => {
    if (!details.open || begun) return;
    begun = true;
    begin().catch((error) => inside.replaceChildren(make("p", { role: "alert" },
      `This browser cannot unpack the rows (${error.message}); they are in ${source}.csv beside this page.`)));
  };
  details.addEventListener("toggle", opening);
  opening();
};
