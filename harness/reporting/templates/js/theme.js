// The theme is the reader's, not the view's: it is kept in the browser where that is allowed.

const THEMES = ["auto", "light", "dark"];

const stored = {
  get: () => { try { return localStorage.getItem("adjudge-theme"); } catch { return null; } },
  set: (value) => { try { localStorage.setItem("adjudge-theme", value); } catch { /* private */ } },
};

const wear = (theme) => {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of all(".theme")) {
    button.replaceChildren(make("span", { class: "long-form" }, "Theme: "), theme);
    button.setAttribute("aria-label", `Theme: ${theme}. Change it`);
  }
};

const themed = () => {
  let theme = THEMES.includes(stored.get()) ? stored.get() : "auto";
  wear(theme);
  for (const button of all(".theme")) {
    button.addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      stored.set(theme);
      wear(theme);
    });
  }
};
