"""The names of codes in the language of the page. They are official: they come from tables, not from translators."""

from collections.abc import Mapping

from django.utils.translation import get_language

from stockura.jquants import codes

#: Field of ``Company`` → the table that names its codes. Other fields are shown as they are.
TABLES: dict[str, Mapping[str, codes.Name]] = {
    "sector_17": codes.SECTORS_17,
    "sector_33": codes.SECTORS_33,
    "market": codes.MARKETS,
    "margin": codes.MARGINS,
    "product_category": codes.PRODUCT_CATEGORIES,
}


def is_japanese() -> bool:
    """Whether the page is in Japanese."""
    return (get_language() or "").startswith("ja")


def name_of(field: str, value: str) -> str:
    """Return what people call the ``value`` of a company's ``field``; a code that no table knows stays a code."""
    name = TABLES.get(field, {}).get(value)
    if name is None:
        return value
    return name.ja if is_japanese() else name.en
