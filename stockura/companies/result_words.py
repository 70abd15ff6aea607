"""The parts of a sync's result as people read them. The page of a run looks each up by its key, under this context."""

from django.utils.translation import pgettext_lazy

PARTS = (
    pgettext_lazy("part of a result", "as of"),
    pgettext_lazy("part of a result", "received"),
    pgettext_lazy("part of a result", "created"),
    pgettext_lazy("part of a result", "changed"),
    pgettext_lazy("part of a result", "delisted"),
    pgettext_lazy("part of a result", "relisted"),
    pgettext_lazy("part of a result", "unchanged"),
    pgettext_lazy("part of a result", "completed"),
    pgettext_lazy("part of a result", "sample"),
    pgettext_lazy("part of a result", "kind"),
    pgettext_lazy("part of a result", "code"),
    pgettext_lazy("part of a result", "name"),
    pgettext_lazy("part of a result", "field"),
    pgettext_lazy("part of a result", "before"),
    pgettext_lazy("part of a result", "after"),
    # What "field" may name, besides "name".
    pgettext_lazy("part of a result", "name en"),
    pgettext_lazy("part of a result", "sector 17"),
    pgettext_lazy("part of a result", "sector 33"),
    pgettext_lazy("part of a result", "scale"),
    pgettext_lazy("part of a result", "market"),
    pgettext_lazy("part of a result", "margin"),
    pgettext_lazy("part of a result", "product category"),
)
