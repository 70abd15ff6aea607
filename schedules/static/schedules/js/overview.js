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
    focused = pane().contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  });

  document.addEventListener("htmx:afterSwap", () => {
    opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused) {
      [...pane().querySelectorAll("a")].find((each) => each.getAttribute("href") === focused)?.focus();
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
