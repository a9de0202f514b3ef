// On paper nothing can be opened: what is closed is opened for it, and closed again, and the view in
// the address knows nothing of it.

const printing = () => {
  let closed = [];
  addEventListener("beforeprint", () => {
    ready = false;
    closed = all("details:not([open]):not(.explorer)");
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    closed = [];
    // The events of opening and closing come when this is done.
    setTimeout(() => { ready = true; });
  });
};
