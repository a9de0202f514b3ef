// What the page carries, as files again.

const downloads = () => {
  for (const button of all("button[data-download]")) {
    button.addEventListener("click", async () => {
      const name = button.dataset.name;
      const type = name.endsWith(".csv") ? "text/csv" : "application/json";
      const url = URL.createObjectURL(new Blob([await bytesOf(button.dataset.download)], { type }));
      make("a", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
  }
};
