/* Keeps a page fresh while something on it is under way: the mark #sx-live stands there as long as there is. It asks for
   the page again and puts in what has changed. Nobody is interrupted: not while rows are ticked or a menu is open. */

(() => {
  const EVERY = 3000;

  const isBusy = () =>
    document.visibilityState !== "visible" ||
    document.querySelector("#result_list input.action-select:checked, #content dialog[open]") !== null ||
    document.activeElement?.closest("#result_list, #schedule-status, #recent-runs, #run-chart-rows") != null;

  // Signed out meanwhile, the login page comes: there is nothing of this page in it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig?.elt?.id === "sx-live" && !event.detail.serverResponse.includes("sx-live")) {
      event.detail.shouldSwap = false;
      event.detail.requestConfig.elt.remove();
    }
  });

  // The theme takes every row that comes later for one of a table of forms, and fails where it is none.
  window.addEventListener(
    "htmx:afterSettle",
    (event) => {
      if (!event.target.dataset?.inlineFormset) {
        event.stopPropagation();
      }
    },
    true,
  );

  setInterval(() => {
    const mark = document.querySelector("#sx-live[hx-get]");
    if (mark && !isBusy()) {
      window.htmx.trigger(mark, "sx:refresh");
    }
  }, EVERY);
})();
