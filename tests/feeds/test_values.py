"""Cells of table rows: what a column stores of them, and what cannot belong to it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from ingest.feeds.plausibility import misfit
from ingest.feeds.values import PRINTED_NULLS, in_zone, read_moment, stored
from ingest.seeds import null_markers
from ingest.workflows.feeds import FEEDS, Column, Holds
from ingest.workflows.registry import load_registry
from tests.support.warehouse import PROJECT

NEW_YORK = ZoneInfo("America/New_York")


def value(holds: Holds, text: str) -> object:
    found = stored(Column("column", holds), text, UTC)
    return msgspec.json.decode(found) if isinstance(found, msgspec.Raw) else found


@pytest.mark.parametrize(
    "text", ["", "  ", "null", "NULL", "None", " null ", "\u200b", "\ufeffNone\u00a0"]
)
@pytest.mark.parametrize("holds", Holds)
def test_what_exports_write_for_nothing_is_nothing(holds: Holds, text: str) -> None:
    assert value(holds, text) is None


@pytest.mark.parametrize("text", [" Acme ", "N/A", "Null", r"two\nlines", "two\nlines", "\u00a0x"])
def test_text_is_kept_as_it_is(text: str) -> None:
    assert value(Holds.TEXT, text) == text


@pytest.mark.parametrize(
    ("holds", "text", "expected"),
    [
        (Holds.FLAG, "TRUE", True),
        (Holds.FLAG, " yes", True),
        (Holds.FLAG, "1", True),
        (Holds.FLAG, "False", False),
        (Holds.FLAG, "no", False),
        (Holds.FLAG, "0", False),
        (Holds.LIST, '["a", "b, c"]', ["a", "b, c"]),
        (Holds.LIST, "[]", []),
        (Holds.LIST, '["a\\u0000b"]', ["ab"]),
        (Holds.LIST, "a, b ,,c", ["a", "b", "c"]),
        (Holds.LIST, "Acme, Inc.; Beta;", ["Acme, Inc.", "Beta"]),
        (Holds.LIST, "one", ["one"]),
        (Holds.MOMENT, "12/26/2025, 5:55 PM", datetime(2025, 12, 26, 17, 55, tzinfo=UTC)),
    ],
)
def test_typed_columns_store_what_the_text_means(holds: Holds, text: str, expected: object) -> None:
    assert value(holds, text) == expected


@pytest.mark.parametrize(
    ("holds", "text"),
    [
        (Holds.FLAG, "maybe"),
        (Holds.FLAG, "2"),
        (Holds.LIST, "['a']"),
        (Holds.LIST, '{"a": 1}'),
        (Holds.LIST, "[" * 5000),
        (Holds.MOMENT, "yesterday"),
        (Holds.MOMENT, "26/12/2025, 5:55 PM"),
        (Holds.MOMENT, "infinity"),
    ],
)
def test_a_value_that_its_column_cannot_store_is_told_without_repeating_it(
    holds: Holds, text: str
) -> None:
    with pytest.raises(ValueError, match=r"\w") as raised:
        value(holds, text)
    assert text not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("12/26/2025, 5:55 PM", "2025-12-26T22:55:00+00:00", id="winter"),
        pytest.param("7/4/2025, 12:05 AM", "2025-07-04T04:05:00+00:00", id="summer, midnight"),
        pytest.param("12/26/2025, 5:55:30\u202fPM", "2025-12-26T22:55:30+00:00", id="thin"),
        pytest.param("2025-12-26T17:55", "2025-12-26T22:55:00+00:00", id="iso"),
        pytest.param("2025-12-26 17:55:00Z", "2025-12-26T17:55:00+00:00", id="own zone"),
        pytest.param("2025-12-26", "2025-12-26T05:00:00+00:00", id="date"),
        # the clocks went back at 2:00: 1:30 came twice, first as summer time (UTC-4)
        pytest.param("11/2/2025, 1:30 AM", "2025-11-02T05:30:00+00:00", id="an hour came twice"),
    ],
)
def test_times_are_read_as_the_local_time_of_a_zone(text: str, expected: str) -> None:
    assert in_zone(read_moment(text), NEW_YORK).isoformat() == expected


def test_a_time_the_clocks_skipped_is_refused() -> None:
    with pytest.raises(ValueError, match="New_York skipped"):
        in_zone(read_moment("3/9/2025, 2:30 AM"), NEW_YORK)


@pytest.mark.parametrize(
    ("holds", "text"),
    [
        (Holds.PLACE, "https://acme.example"),
        (Holds.PLACE, "www.acme.example"),
        (Holds.PLACE, "linkedin.com/company/acme"),
        (Holds.PLACE, "$1M to $10M"),
        (Holds.PLACE, "51-200"),
        (Holds.PLACE, "10,001+ employees"),
        (Holds.WORDS, "https://www.linkedin.com/company/acme"),
        (Holds.LINKEDIN, "10M-25M"),
        (Holds.LINKEDIN, "Less than $1M"),
        (Holds.LINKEDIN, "206"),
        (Holds.LINKEDIN, "Norway"),
        (Holds.LINKEDIN, "https://acme.example"),
        (Holds.DOMAIN, "$12,500,000"),
        (Holds.DOMAIN, "51\u2013200"),
        (Holds.ADDRESS, "2014"),
        (Holds.EMAIL, "+1 555 0100"),
        (Holds.WORDS, "urn:li:fsd_profile:ACwAAAexample"),
        (Holds.WORDS, "ana@acme.example"),
        (Holds.QUANTITY, "Norway"),
        (Holds.QUANTITY, "https://www.linkedin.com/company/acme-1"),
        (Holds.LABEL, "206"),
        (Holds.FLAG, "said on a call"),
        (Holds.ADDRESS, "true"),
        (Holds.ADDRESS, "They make things, and they make them well"),
        (Holds.LIST, "$12M"),
        (Holds.PAGE, "https://www.linkedin.com/company/acme"),
    ],
)
def test_what_cannot_belong_to_a_column_is_a_sign(holds: Holds, text: str) -> None:
    wrong = misfit(holds, text)
    assert wrong is not None
    assert text not in wrong


@pytest.mark.parametrize(
    ("holds", "text"),
    [
        (Holds.TEXT, "https://acme.example"),
        (Holds.WORDS, "see https://acme.example"),
        (Holds.WORDS, "$1M to $10M"),
        (Holds.WORDS, "51-200"),
        (Holds.PLACE, "75"),
        (Holds.PLACE, "Saint-Denis (93)"),
        (Holds.PLACE, "Washington, D.C."),
        (Holds.LINKEDIN, "/company/123456"),
        (Holds.LINKEDIN, "uk.linkedin.com/in/ana-example"),
        (Holds.LINKEDIN, "https://www.linkedin.com/sales/lead/ACwAAAexample,NAME"),
        (Holds.LINKEDIN, "N/A"),
        (Holds.LINKEDIN, "-"),
        (Holds.DOMAIN, "acme.example"),
        # no domains, but no sign of moved cells: the models report them
        (Holds.DOMAIN, "jane doe"),
        (Holds.DOMAIN, "10.0.0.1"),
        (Holds.DOMAIN, "4-you.example"),
        (Holds.ADDRESS, "https://www.linkedin.com/company/acme"),
        (Holds.EMAIL, "ana@acme.example"),
        # words for nothing stand anywhere
        (Holds.LINKEDIN, "Not found"),
        (Holds.LINKEDIN, "No LinkedIn page found"),
        (Holds.EMAIL, "Not available"),
        (Holds.QUANTITY, "Undisclosed"),
        (Holds.QUANTITY, "Funding unknown"),
        (Holds.QUANTITY, "Myself only"),
        (Holds.QUANTITY, "1 234"),
        (Holds.LABEL, "Retail"),
        (Holds.FLAG, "\u2713"),
        (Holds.LIST, "Acme 2 Go; Beta"),
        (Holds.PAGE, "https://www.linkedin.com/pulse/how-acme-works"),
    ],
)
def test_what_may_belong_to_a_column_stays(holds: Holds, text: str) -> None:
    assert misfit(holds, text) is None


def test_every_feed_is_a_registered_workflow() -> None:
    assert FEEDS.keys() <= load_registry().workflows.keys()


@pytest.mark.parametrize("form", ["{}", " {}.", "{}\u200b"])
def test_a_null_marker_is_no_sign_in_any_column(form: str) -> None:
    spelled = [text for marker in null_markers() for text in (marker, marker.upper())]
    assert len(spelled) > 100
    assert [text for text in spelled for holds in Holds if misfit(holds, form.format(text))] == []


def test_what_programs_print_for_nothing_is_nothing_for_the_models_as_well() -> None:
    with (PROJECT / "seeds/vocabularies/null_markers.csv").open(encoding="utf-8") as lines:
        markers = {row["marker"] for row in csv.DictReader(lines) if row["scope"] == "text"}
    # dbt reads the word null in a seed as an empty cell
    assert {text.lower() for text in PRINTED_NULLS} <= {"null", *markers}
