"""Widgets of the schedule form. Each is plain HTML that works by itself; scripts only make it quicker."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from schedules.task_catalogue import known_tasks

INPUT = " ".join(INPUT_CLASSES)

#: Weekdays as the definition writes them, with their short and long names.
WEEKDAY_LABELS = (
    ("mon", _("Mon"), _("Monday")),
    ("tue", _("Tue"), _("Tuesday")),
    ("wed", _("Wed"), _("Wednesday")),
    ("thu", _("Thu"), _("Thursday")),
    ("fri", _("Fri"), _("Friday")),
    ("sat", _("Sat"), _("Saturday")),
    ("sun", _("Sun"), _("Sunday")),
)
#: How many trading days are offered from either end of the month; other ones are reached by cron or the API.
OFFERED_TRADING_DAYS = 10


class ChipsInput(forms.TextInput):
    """A list typed into one text field, separated by spaces or commas; the script shows its parts as chips.

    ``kind`` is "time" or "date" and tells the script how to tidy each part.
    """

    template_name = "schedules/widgets/chips.html"

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": INPUT, "autocomplete": "off", "data-chips": kind, **(attrs or {})})


class Toggles(forms.CheckboxSelectMultiple):
    """Checkboxes drawn as a row of buttons, with shortcuts that tick several at once.

    ``shortcuts`` are pairs of a label and the values it ticks.
    """

    template_name = "schedules/widgets/toggles.html"
    is_group = True

    def __init__(self, shortcuts: Sequence[tuple[Any, Sequence[str]]] = ()) -> None:
        super().__init__()
        self.shortcuts = shortcuts

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["shortcuts"] = [{"label": label, "values": " ".join(values)} for label, values in self.shortcuts]
        return context


class Segments(forms.RadioSelect):
    """Radio buttons drawn side by side as one control."""

    template_name = "schedules/widgets/segments.html"
    is_group = True


class MonthDaysGrid(forms.CheckboxSelectMultiple):
    """The days of a month as a grid, then n-th weekdays and trading days, all of them checkboxes of one name."""

    template_name = "schedules/widgets/month_days.html"
    is_group = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        options = {
            option["value"]: option for _group, found, _index in context["widget"]["optgroups"] for option in found
        }
        context["days"] = [options[str(day)] for day in range(1, 32)]
        # The two that are asked for most stand beside the days themselves.
        context["wide_days"] = [options["last"], {**options["trading:-1"], "label": _("Last trading day")}]
        context["weekdays"] = [long for _code, _short, long in WEEKDAY_LABELS]
        context["weekday_rows"] = [
            {
                "label": label,
                "options": [
                    options[f"{rank}-{code}" if rank != "last" else f"last-{code}"] for code, *_ in WEEKDAY_LABELS
                ],
            }
            for rank, label in WEEKDAY_RANKS
        ]
        count = OFFERED_TRADING_DAYS + 1
        context["trading_rows"] = [
            {"label": _("From the start"), "options": [options[f"trading:{n}"] for n in range(1, count)]},
            {"label": _("From the end"), "options": [options[f"trading:-{n}"] for n in range(2, count)]},
        ]
        chosen = set(context["widget"]["value"])
        context["weekdays_open"] = any("-" in item and not item.startswith("trading") for item in chosen)
        context["trading_open"] = any(item.startswith("trading") for item in chosen - {"trading:-1"})
        # Written by another door; kept as hidden ticks, so that saving this form loses nothing.
        context["others"] = sorted(chosen - options.keys())
        return context


WEEKDAY_RANKS = (
    ("1", _("First")),
    ("2", _("Second")),
    ("3", _("Third")),
    ("4", _("Fourth")),
    ("5", _("Fifth")),
    ("last", _("Last")),
)


class AmountAndUnit(forms.MultiWidget):
    """A whole number and the unit it counts, side by side."""

    template_name = "schedules/widgets/amount_and_unit.html"

    def __init__(self, units: Sequence[tuple[int, Any]], usual: int) -> None:
        self.usual = usual
        self.seconds_of_unit = [seconds for seconds, _label in units]
        number = forms.NumberInput({"class": INPUT, "min": "0", "step": "1", "inputmode": "numeric"})
        super().__init__({"amount": number, "unit": UnfoldAdminSelectWidget({"aria-label": _("Unit")}, choices=units)})

    def decompress(self, value: Any) -> list[Any]:
        """Show seconds in the largest unit that divides them: 5400 as 90 minutes, 3600 as 1 hour."""
        if value in (None, ""):
            return [None, self.usual]
        seconds = int(value)
        fitting = [unit for unit in self.seconds_of_unit if seconds % unit == 0 and seconds]
        unit = max(fitting, default=self.seconds_of_unit[0])
        return [seconds // unit if seconds % unit == 0 else seconds, unit]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own picker of a date and a time without zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__({"class": f"{INPUT} sx-instant", "step": "60"}, format="%Y-%m-%dT%H:%M")


class CronInput(forms.TextInput):
    """A cron expression; the script puts five labelled fields and ready-made patterns beneath it."""

    template_name = "schedules/widgets/cron.html"

    def __init__(self) -> None:
        super().__init__(
            {
                "class": f"{INPUT} sx-code",
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "0 8 * * 1-5",
                "data-cron": "",
            }
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["cron_fields"] = (
            ("minute", _("Minute"), "0–59"),
            ("hour", _("Hour"), "0–23"),
            ("day", _("Day"), "1–31 L W"),
            ("month", _("Month"), "1–12"),
            ("weekday", _("Weekday"), "0–7 # L"),
        )
        context["cron_presets"] = (
            ("daily", _("Daily 8:00")),
            ("weekdays", _("Mon–Fri 8:00")),
            ("weekly", _("Mondays 8:00")),
            ("monthly", _("1st of the month 8:00")),
            ("quarter-hourly", _("Every 15 minutes")),
        )
        return context


class TaskInput(forms.TextInput):
    """The name of a task, with those that workers know offered as one types."""

    template_name = "schedules/widgets/task.html"

    def __init__(self) -> None:
        super().__init__(
            {
                "class": f"{INPUT} sx-code",
                "autocomplete": "off",
                "spellcheck": "false",
                # Another task is told other things.
                "hx-post": "",
                "hx-vals": '{"_arguments": "1"}',
                "hx-include": "closest form",
                "hx-target": "#arguments",
                "hx-swap": "outerHTML",
                "hx-trigger": "change",
            }
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}_known"
        context["widget"]["attrs"]["list"] = list_id
        context["known"] = {"id": list_id, "tasks": list(known_tasks())}
        return context
