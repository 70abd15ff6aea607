/* Keeps the overview fresh: every half minute while somebody can see it. What the reader had opened stays open, and a
   change of the first line is said to screen readers. Without this script the page has a link that does the same. */

(() => {
  const EVERY = 30_000;
  const pane = () => document.getElementById("overview");
  if (!pane()) {
    return;
  }
  let freshAt = Date.now();

  const status = document.createElement("p");
  status.className = "sx-unseen";
  status.setAttribute("role", "status");
  document.body.append(status);

  const verdict = () => document.querySelector("[data-verdict]")?.textContent.trim() ?? "";
  let said = verdict();

  const refreshIfSeen = () => {
    if (document.visibilityState === "visible" && Date.now() - freshAt >= EVERY) {
      freshAt = Date.now();
      window.htmx.trigger(pane(), "overview:refresh");
    }
  };

  /* Several links may lead to one page: an element is known by its kind, where it leads, and which of those it is. */
  const alike = (tag, href) =>
    [...pane().querySelectorAll(tag)].filter((each) => each.getAttribute("href") === href);
  const placeOf = (element) => {
    const [tag, href] = [element.tagName, element.getAttribute("href")];
    return { tag, href, number: alike(tag, href).indexOf(element) };
  };

  let opened = [];
  let focused = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== pane()) {
      return;
    }
    // Signed out meanwhile: a login page came instead. Loading the page leads there and back again.
    if (!event.detail.serverResponse.includes('id="overview"')) {
      event.detail.shouldSwap = false;
      if (event.detail.xhr.status < 400) {
        window.location.reload();
      }
      return;
    }
    opened = [...pane().querySelectorAll("details[open]")].map((each) => each.id);
    focused = pane().contains(document.activeElement) ? placeOf(document.activeElement) : null;
  });

  document.addEventListener("htmx:afterSwap", () => {
    opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused) {
      const places = alike(focused.tag, focused.href);
      (places[focused.number] ?? places.at(-1))?.focus({ preventScroll: true });
      focused = null;
    }
    if (verdict() !== said) {
      said = verdict();
      status.textContent = said;
    }
  });

  // What is shown is old as soon as it cannot be asked for.
  const mark = (event) => pane().classList.toggle("sx-overview-stale", event.type !== "htmx:afterSwap");
  ["htmx:sendError", "htmx:responseError", "htmx:timeout", "htmx:afterSwap"].forEach((name) =>
    document.addEventListener(name, mark),
  );

  setInterval(refreshIfSeen, 1000);
  document.addEventListener("visibilitychange", refreshIfSeen);
})();
