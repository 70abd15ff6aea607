"""What a list changes about what is known, decided without a database."""

from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from stockura.companies.differences import COMPARED_FIELDS, Differences, FieldChange, compare
from stockura.jquants.listed_issues import ListedIssue

TOYOTA = ListedIssue("72030", "トヨタ自動車", "TOYOTA", "6", "3700", "TOPIX Core30", "0111", "2", "011")


@dataclass(frozen=True)
class Known:
    """A company as the comparison needs it."""

    name: str
    name_en: str
    sector_17: str
    sector_33: str
    scale: str
    market: str
    margin: str
    product_category: str
    is_listed: bool = True


def known(issue: ListedIssue = TOYOTA, **other: Any) -> dict[str, Known]:
    return {issue.code: Known(**{name: getattr(issue, name) for name in COMPARED_FIELDS} | other)}


def test_every_field_of_a_list_but_its_code_is_compared() -> None:
    assert {field.name for field in fields(ListedIssue)} == {"code", *COMPARED_FIELDS}


def test_the_same_again_is_no_difference() -> None:
    found = compare(known(), [TOYOTA])

    assert found == Differences()


@pytest.mark.parametrize("field", COMPARED_FIELDS)
def test_a_value_that_differs_is_a_change_of_that_field(field: str) -> None:
    found = compare(known(**{field: "before"}), [replace(TOYOTA, **{field: "after"})])

    assert found.changed == {"72030": [FieldChange(field, "before", "after")]}
    assert not found.completed


@pytest.mark.parametrize("field", COMPARED_FIELDS)
def test_an_unknown_value_answers_no_known_one(field: str) -> None:
    found = compare(known(), [replace(TOYOTA, **{field: ""})])

    assert found == Differences()


@pytest.mark.parametrize("field", COMPARED_FIELDS)
def test_a_value_learned_is_taken_over_and_is_no_change(field: str) -> None:
    found = compare(known(**{field: ""}), [TOYOTA])

    assert found.completed == {"72030": {field: getattr(TOYOTA, field)}}
    assert not found.changed


def test_the_dash_for_no_size_class_is_a_known_value() -> None:
    found = compare(known(), [replace(TOYOTA, scale="-")])

    assert found.changed["72030"] == [FieldChange("scale", "TOPIX Core30", "-")]


def test_several_fields_of_one_company_change_in_the_order_of_the_fields() -> None:
    found = compare(known(), [replace(TOYOTA, market="0112", name="トヨタ")])

    assert [change.field for change in found.changed["72030"]] == ["name", "market"]


def test_what_is_not_known_is_created_and_what_is_not_on_the_list_is_delisted() -> None:
    found = compare(known(), [replace(TOYOTA, code="13010")])

    assert (found.created, found.delisted) == (["13010"], ["72030"])


def test_what_went_before_does_not_go_again_and_comes_back_with_its_changes() -> None:
    gone = known(is_listed=False)

    assert compare(gone, []).delisted == []
    found = compare(gone, [replace(TOYOTA, market="0112")])
    assert found.relisted == ["72030"]
    assert found.created == []
    assert found.changed == {"72030": [FieldChange("market", "0111", "0112")]}
