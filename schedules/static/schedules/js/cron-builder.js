/* A cron expression as five fields, both ways: "10 8 * * 1-5" <-> minute 10, hour 8, weekdays 1-5.

   Only the split into fields happens here. Whether an expression is valid, what it means and when it fires is the
   server's to say: the same code there fires the schedule. */

class CronBuilder {
  static FIELDS = ["minute", "hour", "day", "month", "weekday"];

  /* Short names that crontab(5) knows; they are shown as the fields they stand for. */
  static NAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
  };

  constructor(expression = "* * * * *") {
    this.parse("* * * * *");
    this.parse(expression);
  }

  /* Read an expression. Returns whether it has five fields; if not, everything stays as it was. */
  parse(expression) {
    const text = String(expression).normalize("NFKC").trim();
    const parts = (CronBuilder.NAMES[text.toLowerCase()] || text).split(/\s+/);
    if (parts.length !== CronBuilder.FIELDS.length || parts.includes("")) {
      return false;
    }
    CronBuilder.FIELDS.forEach((field, index) => {
      this[field] = parts[index];
    });
    return true;
  }

  /* Set one field; an empty one means "every". */
  set(field, text) {
    if (!CronBuilder.FIELDS.includes(field)) {
      throw new RangeError(`A cron expression has no field "${field}".`);
    }
    this[field] = String(text).normalize("NFKC").replace(/\s+/g, "") || "*";
    return this;
  }

  setDaily(hour, minute = 0) {
    return this._at(hour, minute, "*", "*");
  }

  /* Weekdays as cron writes them: 1, "1-5", [1, 3, 5], "mon". */
  setWeekly(weekdays, hour, minute = 0) {
    return this._at(hour, minute, "*", CronBuilder._list(weekdays));
  }

  /* Days of the month as cron writes them: 1, [1, 15], "L". */
  setMonthly(days, hour, minute = 0) {
    return this._at(hour, minute, CronBuilder._list(days), "*");
  }

  toString() {
    return CronBuilder.FIELDS.map((field) => this[field]).join(" ");
  }

  _at(hour, minute, day, weekday) {
    Object.assign(this, { minute: String(minute), hour: String(hour), day, month: "*", weekday });
    return this;
  }

  static _list(items) {
    return Array.isArray(items) ? items.join(",") : String(items);
  }
}

window.CronBuilder = CronBuilder;
