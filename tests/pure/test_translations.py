"""The Japanese catalogues: whole, up to date and sound; `make messages` brings in what is new."""

import ast
import dataclasses
import re
import shutil
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.utils.translation import gettext, override

from schedules.admin.pictures import spoken
from schedules.forms.choices import zone_label
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason, pause_text
from schedules.recurrence import DefinitionError, parse_definition
from schedules.recurrence.problems import Problem
from schedules.refusals import sentence_of, sentences_of
from schedules.standing import Standing
from stockura.companies.differences import COMPARED_FIELDS
from stockura.companies.models import CompanyChange
from stockura.companies.sync import SyncResult
from tests.support.catalogues import ROOT, catalogues, collected_anew, entries, texts_of

HAS_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
#: ``%(name)s``, ``%s``, ``%%``, ``{name}``: what is filled in later.
PLACEHOLDER = re.compile(r"%\(\w+\)[-+0# ]*\d*(?:\.\d+)?[a-z]|%[sd]|%%|\{[a-z_]*(?::[^{}]+)?\}")
#: Nothing but values, or a word that Japanese writes in Latin letters.
SAME = {"%(day)s %(time)s", " By %(filter_title)s ", "Auth Token"}

needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None or shutil.which("msgfmt") is None,
    reason="There is no gettext on this machine. On Debian and Ubuntu: apt-get install gettext.",
)


@pytest.fixture(params=catalogues(), ids=lambda path: str(path.relative_to(ROOT)))
def catalogue(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_each_app_carries_a_catalogue() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in catalogues()} == {"schedules", "stockura"}


def test_every_text_is_translated_and_none_is_a_guess(catalogue: Path) -> None:
    open_ones = [entry.msgid for entry in entries(catalogue) if entry.fuzzy or not all(texts_of(entry))]

    assert open_ones == []


def test_placeholders_agree(catalogue: Path) -> None:
    differing = []
    for entry in entries(catalogue):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        differing += [entry.msgid for text in texts_of(entry) if set(PLACEHOLDER.findall(text)) != wanted]

    assert differing == []


def test_texts_of_more_than_one_word_are_in_japanese(catalogue: Path) -> None:
    english = [
        entry.msgid
        for entry in entries(catalogue)
        for text in texts_of(entry)
        if " " in entry.msgid.strip() and entry.msgid not in SAME and not HAS_JAPANESE.search(text)
    ]

    # Between placeholders there may be nothing but spaces and brackets.
    assert [msgid for msgid in english if re.search(r"[A-Za-z]{2,}", PLACEHOLDER.sub("", msgid))] == []


def test_sentences_end_as_japanese_sentences_do(catalogue: Path) -> None:
    """English sentences end with a full stop; their translations with one, a bracket, a colon or a value."""
    endings = ("。", "？", "）", ")s", ")d", ":", "%(said)s", "}")
    unended = [
        entry.msgid
        for entry in entries(catalogue)
        for text in texts_of(entry)
        if re.search(r"\w \w.*\.$", entry.msgid) and not text.strip().endswith(endings) and len(text) > 25
    ]

    assert unended == []


def test_no_text_says_something_else_in_the_other_catalogue() -> None:
    """The project's catalogue wins over the app's, so a difference would show in places that nobody looked at."""
    said: dict[tuple[str | None, str], set[str]] = {}
    for path in catalogues():
        for entry in entries(path):
            said.setdefault((entry.msgctxt, entry.msgid), set()).add(texts_of(entry)[0])

    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}


def test_compiled_catalogues_hold_what_the_texts_say(catalogue: Path) -> None:
    compiled = {
        (entry.msgctxt, entry.msgid): texts_of(entry) for entry in polib.mofile(str(catalogue.with_suffix(".mo")))
    }

    written = {(entry.msgctxt, entry.msgid): texts_of(entry) for entry in entries(catalogue)}
    assert compiled == written


@needs_gettext
def test_collecting_anew_finds_nothing_new_and_nothing_gone(tmp_path: Path) -> None:
    """When this fails, run `make messages` and translate what it brought in."""
    anew = collected_anew(tmp_path)

    for mine, fresh in zip(catalogues(), catalogues(anew), strict=True):
        known = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries(mine)}
        found = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries(fresh)}
        assert found - known == set()
        assert known - found == set()


@pytest.mark.parametrize(
    "choices",
    [
        Reason,
        Standing,
        ScheduleRun.State,
        ScheduleRun.Trigger,
        APIEndpointSchedule.Kind,
        APIEndpointSchedule.ShortMonths,
        APIEndpointSchedule.TradingDayRule,
        APIEndpointSchedule.CatchUpPolicy,
        APIEndpointSchedule.OverlapPolicy,
    ],
    ids=lambda choices: choices.__qualname__,
)
def test_every_choice_has_a_japanese_label_of_its_own(choices: type) -> None:
    with override("ja"):
        labels = [str(choice.label) for choice in choices]

    assert all(HAS_JAPANESE.search(label) for label in labels), labels
    assert len(set(labels)) == len(labels), labels


#: The companies' search key, the digest of a secret, and two columns that auditlog brings along.
NEVER_SHOWN = {"search_key", "secret_hash", "cid", "serialized_data"}


def test_every_field_and_model_has_a_japanese_name() -> None:
    every = [model for app in ("schedules", "companies") for model in apps.get_app_config(app).get_models()]
    # Bookkeeping that no page lists has no permissions of its own, and no names.
    models = [model for model in every if model._meta.default_permissions or model._meta.permissions]
    assert len(models) >= 13

    with override("ja"):
        names = {f"{model.__name__}": str(model._meta.verbose_name) for model in models}
        for model in models:
            for field in model._meta.fields:
                if not field.primary_key and field.name not in NEVER_SHOWN:
                    names[f"{model.__name__}.{field.name}"] = str(field.verbose_name)

    assert {name: text for name, text in names.items() if not HAS_JAPANESE.search(text)} == {}


def _recurrence_msgids() -> list[str]:
    found = []
    for path in sorted((ROOT / "schedules" / "recurrence").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop":
                found.append(ast.literal_eval(node.args[0]))
    return found


def test_every_problem_of_the_recurrence_is_said_in_japanese() -> None:
    msgids = _recurrence_msgids()
    assert len(msgids) > 40

    with override("ja"):
        assert [msgid for msgid in msgids if not HAS_JAPANESE.search(gettext(msgid))] == []


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (
            {"kind": "cron", "cron": "61 8 * * 1-5"},
            "分「61」は0〜59の範囲外です。0から59までの数字を書いてください。",
        ),
        (
            {"kind": "cron", "cron": "0 24 * * *"},
            "時「24」は0〜23の範囲外です。午前0時は 0 と書いてください。",
        ),
        (
            {"kind": "cron", "cron": "0 8 * * fri-mon"},
            "曜日の範囲「fri-mon」が逆順です。fri-sat,sun-mon のように2つに分けて書いてください。",
        ),
        (
            {"kind": "daily", "times": ["8:60"]},
            "「8:60」は時刻として読み取れません。8:10 のように、0:00〜29:59の範囲で時と分を書いてください。"
            "25:00 は翌日1:00です。",
        ),
    ],
)
def test_a_refused_definition_names_field_and_cure_in_japanese(definition: dict[str, object], sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_definition(definition)

    with override("ja"):
        assert sentences_of(refused.value) == sentence


def test_keys_that_people_typed_are_repeated_as_they_are() -> None:
    """ "month" may be the name of a cron field, but "months" is a key: only the field's name is translated."""
    problem = Problem("months", "unknown_field", '"%(field)s" is not a field of a definition. Known are %(known)s.', {
        "field": "months", "known": "month_days",
    })  # fmt: skip

    with override("ja"):
        assert "「months」" in sentence_of(problem)


def test_the_reason_of_an_automatic_pause_is_read_in_the_readers_language() -> None:
    stored = "Paused by itself after 3 failures in a row."

    with override("ja"):
        assert pause_text(stored) == "3回続けて失敗したため、自動で一時停止しました。"
        assert pause_text("月次メンテナンス") == "月次メンテナンス"
    with override("en"):
        assert pause_text(stored) == stored


def test_every_part_of_a_syncs_result_is_read_in_japanese() -> None:
    parts = {field.name for field in dataclasses.fields(SyncResult)} | {
        "kind",
        "code",
        "name",
        "field",
        "before",
        "after",
    }
    values = {*CompanyChange.Kind.values, *COMPARED_FIELDS}

    with override("ja"):
        words = {key: spoken(key) for key in parts | values}

    assert {key: word for key, word in words.items() if not HAS_JAPANESE.search(word)} == {}


def test_zones_are_offered_under_the_names_of_their_times() -> None:
    with override("ja"):
        assert zone_label("Asia/Tokyo") == "日本時間（Asia/Tokyo）"
        assert zone_label("Nowhere/Else") == "Nowhere/Else"
    with override("en"):
        assert zone_label("Asia/Tokyo") == "Asia/Tokyo"
