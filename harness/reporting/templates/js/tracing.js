// A number tells, when pointed at, which cell of which table it is and all its digits.

const traced = () => document.addEventListener("pointerover", (event) => {
  const number = event.target.closest?.("data[value]");
  if (!number || number.title) return;
  const cell = number.closest("td, th");
  const head = cell?.closest("table")?.tHead?.rows[0].cells[cell.cellIndex];
  const near = (name) => number.closest(`[data-${name}]`)?.dataset[name] ?? head?.dataset[name];
  number.title = [number.value, near("c") && `column ${near("c")}`, near("table") && `of ${near("table")}`,
    near("backend"), near("other") && `against ${near("other")}`, near("case")].filter(Boolean).join(", ");
});

// A line to copy, with a button that says when it is done.
const copying = () => {
  for (const line of all(".reproduce")) {
    const text = line.querySelector("pre").textContent;
    const button = make("button", { type: "button", class: "needs-script" }, "Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        getSelection().selectAllChildren(line.querySelector("pre"));
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
    line.append(button);
  }
};
