/* Asks before a form with something typed in it is left. The theme's own way adds listeners at each change of the page. */

(() => {
  const form = document.querySelector("#content-main form[method=post][id$=_form]");
  if (!form) {
    return;
  }
  let isTyped = false;
  form.addEventListener("input", () => {
    isTyped = true;
  });
  form.addEventListener("submit", () => {
    isTyped = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isTyped) {
      event.preventDefault();
    }
  });
})();
