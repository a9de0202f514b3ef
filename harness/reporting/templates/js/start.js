root.classList.add("js");

const started = () => {
  for (const details of all("details[open][id]")) opened.add(details.id);
  themed();
  for (const table of all("table[data-sort]")) sortable(table);
  for (const table of all("table[data-filter]")) filterableTable(table);
  divergences();
  expanding();
  for (const details of all("details.explorer")) explorer(details);
  drilling();
  traced();
  copying();
  downloads();
  navigation();
  printing();
  ready = true;
  let place = parameters().get("at");
  applied();
  reveal(place);
  // Back and forward: the browser scrolls to where it was, unless the view names another place.
  addEventListener("popstate", () => {
    applied();
    const now = parameters().get("at");
    if (now !== null && now !== place) reveal(now);
    place = now;
  });
};

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", started);
else started();
