/* Makes the schedule form quicker: times as chips, several weekdays at once, the cron builder, and a word where the
   live preview cannot be had. The form works without it; which fields a kind shows is decided in the stylesheet. */

(() => {
  /* Tell the form, and through it the preview, that a value was changed by a script. */
  const announce = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));

  const make = (tag, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /* --- Lists of times and dates ------------------------------------------------------------------------------- */

  const SEPARATOR = /[\s,;、，；]+/;
  const COMPLETE = { time: /^(\d{1,2}:\d{2}|\d{4})$/, date: /^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{8})$/ };

  /* How a part is shown. The server reads what was typed in the same ways, and more. */
  const TIDY = {
    time: (text) => {
      const found = /^(\d{1,2}):?(\d{2})$/.exec(text);
      return found ? `${found[1].padStart(2, "0")}:${found[2]}` : text;
    },
    date: (text) => {
      const found = /^(\d{4})[-/]?(\d{1,2})[-/]?(\d{1,2})$/.exec(text);
      const complete = found && (text.length === 8 || /[-/]/.test(text));
      return complete ? `${found[1]}-${found[2].padStart(2, "0")}-${found[3].padStart(2, "0")}` : text;
    },
  };

  class Chips {
    /* The input that is sent stays, hidden; a second one takes its id, so that the label leads to it. */
    constructor(box) {
      this.box = box;
      this.sent = box.querySelector("input[data-chips]");
      this.kind = this.sent.dataset.chips;
      this.parts = this.split(this.sent.value);
      this.entry = this.sent.cloneNode();
      ["name", "value", "data-chips", "required"].forEach((name) => this.entry.removeAttribute(name));
      this.entry.value = "";
      this.sent.removeAttribute("id");
      this.sent.type = "hidden";
      this.list = make("span", { className: "sx-chip-list" });
      box.prepend(this.list);
      box.append(this.entry);
      box.classList.add("sx-chips-live");
      this.draw();
      this.listen();
    }

    split(text) {
      const parts = text.normalize("NFKC").split(SEPARATOR).filter(Boolean);
      return [...new Set(parts.map(TIDY[this.kind]))];
    }

    listen() {
      this.entry.addEventListener("input", (event) => {
        event.stopPropagation();
        if (!event.isComposing && SEPARATOR.test(this.entry.value)) {
          this.take();
        } else {
          this.send();
        }
      });
      this.entry.addEventListener("compositionend", () => this.send());
      this.entry.addEventListener("keydown", (event) => {
        if (event.isComposing) {
          return;
        }
        if (event.key === "Enter" && this.entry.value.trim()) {
          event.preventDefault();
          this.take();
        } else if (event.key === "Backspace" && !this.entry.value && this.parts.length) {
          this.parts.pop();
          this.draw();
          this.send();
        }
      });
      this.entry.addEventListener("change", (event) => event.stopPropagation());
      this.entry.addEventListener("blur", () => this.take());
      this.entry.form?.addEventListener("submit", () => this.take());
      this.box.addEventListener("click", (event) => {
        if (event.target === this.box || event.target === this.list) {
          this.entry.focus();
        }
      });
    }

    /* Turn what has been typed into chips. */
    take() {
      const typed = this.split(this.entry.value);
      if (typed.length) {
        this.parts = [...new Set([...this.parts, ...typed])].sort();
        this.entry.value = "";
        this.draw();
      }
      this.send();
    }

    /* Send the chips and, when it looks complete, what is still being typed. */
    send() {
      const typed = this.entry.value.normalize("NFKC").trim();
      const parts = COMPLETE[this.kind].test(typed) ? [...this.parts, TIDY[this.kind](typed)] : this.parts;
      const value = parts.join(", ");
      if (value !== this.sent.value) {
        this.sent.value = value;
        announce(this.sent);
      }
    }

    draw() {
      const chips = this.parts.map((part) => {
        const button = make("button", { type: "button", textContent: "×" });
        button.setAttribute("aria-label", `${this.box.dataset.remove} ${part}`);
        button.addEventListener("click", () => {
          this.parts = this.parts.filter((other) => other !== part);
          this.draw();
          this.send();
          this.entry.focus();
        });
        return make("span", { className: "sx-chip" }, [make("span", { textContent: part }), button]);
      });
      this.list.replaceChildren(...chips);
    }
  }

  /* --- Weekdays ----------------------------------------------------------------------------------------------- */

  const wireShortcuts = (box) => {
    const shortcuts = box.querySelector(".sx-shortcuts");
    shortcuts.hidden = false;
    shortcuts.addEventListener("click", (event) => {
      const wanted = event.target.closest("[data-tick]")?.dataset.tick.split(" ");
      if (!wanted) {
        return;
      }
      const ticks = [...box.querySelectorAll("input[type=checkbox]")];
      ticks.forEach((tick) => {
        tick.checked = wanted.includes(tick.value);
      });
      announce(ticks[0]);
    });
  };

  /* --- Cron --------------------------------------------------------------------------------------------------- */

  const PRESETS = {
    daily: (builder) => builder.setDaily(8),
    weekdays: (builder) => builder.setWeekly("1-5", 8),
    weekly: (builder) => builder.setWeekly(1, 8),
    monthly: (builder) => builder.setMonthly(1, 8),
    "quarter-hourly": (builder) => builder.parse("*/15 * * * *"),
  };

  const wireCron = (box) => {
    const expression = box.querySelector("[data-cron]");
    const panel = box.querySelector(".sx-cron-builder");
    const fields = [...panel.querySelectorAll("[data-cron-field]")];
    const builder = new window.CronBuilder();

    const show = () => {
      const readable = builder.parse(expression.value);
      fields.forEach((field) => {
        field.value = readable ? builder[field.dataset.cronField] : "";
      });
    };
    const write = () => {
      expression.value = builder.toString();
      announce(expression);
    };

    expression.addEventListener("input", show);
    fields.forEach((field) =>
      field.addEventListener("input", (event) => {
        event.stopPropagation();
        builder.set(field.dataset.cronField, field.value);
        expression.value = builder.toString();
        expression.removeEventListener("input", show);
        announce(expression);
        expression.addEventListener("input", show);
      }),
    );
    fields.forEach((field) => field.addEventListener("blur", show));
    panel.addEventListener("click", (event) => {
      const preset = event.target.closest("[data-cron-preset]");
      if (preset) {
        PRESETS[preset.dataset.cronPreset](builder);
        write();
      }
    });
    panel.hidden = false;
    show();
  };

  /* --- The live preview --------------------------------------------------------------------------------------- */

  /* Milliseconds without a new preview after which it is said: somebody who types is not talked to. */
  const QUIET = 1000;

  /* The rule, what is doubtful about it, and the first run. What is wrong is said at its field. */
  const TOLD = ".sx-sentence, .sx-note-warning, .sx-runs li:first-child time";
  const told = (pane) =>
    [...pane.querySelectorAll(TOLD)].map((each) => each.textContent.trim().replace(/\s+/g, " ")).join(". ");

  const tellPreview = (pane, said) => {
    let before = told(pane);
    let later = 0;
    pane.addEventListener("htmx:afterSwap", () => {
      clearTimeout(later);
      later = setTimeout(() => {
        if (told(pane) !== before) {
          before = told(pane);
          said.textContent = before;
        }
      }, QUIET);
    });
  };

  const wirePreview = (pane) => {
    tellPreview(pane, pane.parentElement.querySelector("[data-preview-said]"));
    const box = pane.parentElement;
    const note = box.querySelector("[data-preview-note]");
    const say = (text) => {
      note.textContent = text || "";
      note.hidden = !text;
      box.classList.toggle("sx-stale", Boolean(text));
    };
    pane.addEventListener("htmx:beforeSwap", (event) => {
      // Signed out meanwhile: the login page came instead of the preview.
      const isPreview = event.detail.xhr.getResponseHeader("X-Schedule-Preview") !== null;
      event.detail.shouldSwap = event.detail.shouldSwap && isPreview;
      say(isPreview ? "" : note.dataset.refused);
    });
    pane.addEventListener("htmx:responseError", () => say(note.dataset.refused));
    pane.addEventListener("htmx:sendError", () => say(note.dataset.unreachable));
  };

  document.querySelectorAll(".sx-chips").forEach((box) => new Chips(box));
  document.querySelectorAll(".sx-toggles").forEach(wireShortcuts);
  document.querySelectorAll(".sx-cron").forEach(wireCron);
  document.querySelectorAll("#schedule-preview").forEach(wirePreview);
})();
