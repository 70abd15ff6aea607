/* Where typing begins: on a page that adds something the first field, after a refused save the first that is wrong.
   In place of Django's own script, which comes at any time: before the theme has shown the page, and then the keyboard is
   nowhere, or after somebody has begun to type elsewhere. */

(() => {
  const page = document.documentElement;
  const adds = document.getElementById("page-adds") !== null;
  const form = document.querySelector("#content-main form[method=post][id$=_form]");

  const isReady = (field) => field.name !== "" && field.type !== "hidden" && !field.disabled && field.offsetParent;

  const begin = () => {
    const wrong = form.querySelector('[aria-invalid="true"]:not([type="hidden"])');
    const first = adds ? [...form.elements].find(isReady) : null;
    const isElsewhere = document.activeElement && document.activeElement !== document.body;
    if (wrong?.offsetParent) {
      wrong.focus();
    } else if (!isElsewhere) {
      first?.focus();
    }
  };

  if (!form) {
    return;
  }
  if (!page.hasAttribute("x-cloak")) {
    begin();
    return;
  }
  new MutationObserver((_changes, observer) => {
    observer.disconnect();
    begin();
  }).observe(page, { attributeFilter: ["x-cloak"] });
})();
