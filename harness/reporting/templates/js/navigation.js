// Going to a section keeps the rest of the view; the bar shows which section is being read.

const navigation = () => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']:not([data-drill])");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const id = decodeURIComponent(link.hash.slice(1));
    change({ at: id });
    const target = reveal(id);
    if (target && !target.matches("a, button, input, summary")) {
      target.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
    }
  });
  const links = new Map(all(".bar nav a").map((link) => [link.hash.slice(1), link]));
  if (links.size === 0) return;
  const seen = new Map();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) seen.set(entry.target.id, entry.isIntersecting);
    const current = [...links.keys()].find((id) => seen.get(id));
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }
};
