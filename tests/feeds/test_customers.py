"""``ingest load`` of customers kept by hand: a later row corrects an earlier one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.postgres.connection import Connection
from tests.support.feed_loads import DATA, MANUAL, Write, as_csv, changes, count, load_feed, loaded
from tests.support.ingesting import race, rows
from tests.support.warehouse import Warehouse

MANUAL_HEADER = ("origin_company_domain", "company_customer_name", "company_customer_domain")


def customers(db: Connection) -> list[Any]:
    return rows(
        db,
        """
        select origin_company_domain, company_customer_name, company_customer_domain,
            updated_at > created_at
        from raw.manual_company_customers order by id
        """,
    )


def test_manual_customers_land(db: Connection) -> None:
    loaded(MANUAL, DATA / "manual-company-customers.csv")
    assert rows(
        db,
        """
        select company_customer_name, company_customer_domain, has_case_study, source_notes
        from raw.manual_company_customers order by id
        """,
    ) == [
        ("Alpha Works", "alpha-works.example", True, "from the website"),
        ("Beta", "http://www.beta.example", False, None),
        ("Gamma, Inc.", None, None, "said on a call,\nnot confirmed"),
    ]


def test_a_later_row_corrects_the_one_of_the_same_origin_and_name(
    db: Connection, write: Write
) -> None:
    first = as_csv(
        MANUAL_HEADER,
        ("north.example", "Alpha", "alpha.example"),
        ("north.example", "Beta", "beta.example"),
        ("south.example", "Alpha", "alpha.example"),
    )
    loaded(MANUAL, write(first))
    before = rows(db, "select id from raw.manual_company_customers order by id")
    second = as_csv(
        MANUAL_HEADER,
        ("https://WWW.North.example/", " alpha", "alpha-new.example"),
        ("north.example", "Beta", "beta.example"),
        ("north.example", "Delta", "delta.example"),
    )
    result = load_feed(MANUAL, write(second), "--json")
    assert changes(result) == {"new": 1, "updated": 1, "unchanged": 1, "repeated": 0}
    assert customers(db) == [
        ("https://WWW.North.example/", " alpha", "alpha-new.example", True),
        ("north.example", "Beta", "beta.example", False),
        ("south.example", "Alpha", "alpha.example", False),
        ("north.example", "Delta", "delta.example", False),
    ]
    assert rows(db, "select id from raw.manual_company_customers order by id")[:3] == before
    assert rows(
        db,
        """
        select m.company_customer_name, l.started_at = max(l.started_at) over ()
        from raw.manual_company_customers as m inner join raw.loads as l on m._load_id = l.id
        order by m.id
        """,
    ) == [(" alpha", True), ("Beta", False), ("Alpha", False), ("Delta", True)]


def test_loading_known_rows_again_moves_nothing(db: Connection, write: Write) -> None:
    table = as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha.example"))
    loaded(MANUAL, write(table))
    before = rows(db, "select * from raw.manual_company_customers")
    assert changes(load_feed(MANUAL, write("\n" + table), "--json"))["unchanged"] == 1
    assert rows(db, "select * from raw.manual_company_customers") == before


def test_an_empty_cell_or_a_missing_column_takes_no_value_away(
    db: Connection, write: Write
) -> None:
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha.example"))))
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", ""))))
    loaded(MANUAL, write(as_csv(MANUAL_HEADER[:2], ("north.example", "Alpha"))))
    assert customers(db) == [("north.example", "Alpha", "alpha.example", False)]


def test_rows_that_repeat_a_key_in_one_file_act_one_after_the_other(
    db: Connection, write: Write
) -> None:
    table = as_csv(
        (*MANUAL_HEADER, "source_notes"),
        ("north.example", "Alpha", "old.example", "kept"),
        ("north.example", "ALPHA", "new.example", ""),
        ("north.example", "Alpha", "", ""),
    )
    result = load_feed(MANUAL, write(table), "--json")
    assert changes(result) == {"new": 1, "updated": 0, "unchanged": 0, "repeated": 2}
    assert customers(db) == [("north.example", "Alpha", "new.example", False)]
    assert rows(db, "select source_notes from raw.manual_company_customers") == [("kept",)]
    assert rows(db, "select records, landed, rejected from raw.loads") == [(3, 3, 0)]


def test_of_duplicates_other_programs_inserted_the_newest_is_corrected(
    db: Connection, write: Write
) -> None:
    db.execute(
        """
        insert into raw.manual_company_customers (
            origin_company_domain, company_customer_name, created_at
        ) values
        ('north.example', 'Alpha', '2026-03-02'), ('north.example', 'alpha', '2026-03-03'),
        ('north.example', 'Alpha', '2026-03-01')
        """
    )
    db.commit()
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "alpha", "alpha.example"))))
    assert rows(
        db,
        "select created_at::date::text, company_customer_domain"
        " from raw.manual_company_customers order by created_at",
    ) == [("2026-03-01", None), ("2026-03-02", None), ("2026-03-03", "alpha.example")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param({"company_customer_name": "A"}, "no_key", id="no origin"),
        pytest.param(
            {"origin_company_domain": "o.example", "company_customer_name": " "},
            "no_key",
            id="blank name",
        ),
        pytest.param(
            {"origin_company_domain": "o.example", "company_customer_name": "A" * 2001},
            "key_too_long",
            id="name too long",
        ),
        pytest.param(
            {"origin_company_domain": "o.example", "company_customer_name": ["A"]},
            "no_key",
            id="a list for a name",
        ),
    ],
)
def test_a_row_without_what_it_needs_is_refused(
    db: Connection, write: Write, record: dict[str, str], reason: str
) -> None:
    good = {"origin_company_domain": "o.example", "company_customer_name": "G", "id": "7"}
    path = write(json.dumps([good, record]), "customers.json")
    assert load_feed(MANUAL, path).exit_code == 3
    assert rows(db, "select reason from raw.rejects") == [(reason,)]
    assert count(db, MANUAL) == 1


def test_a_value_puts_right_what_could_not_be_stored(db: Connection, write: Write) -> None:
    header = (*MANUAL_HEADER[:2], "has_case_study", "source_notes")
    key = ("north.example", "Alpha")
    states = "select has_case_study, source_notes, _unstored from raw.manual_company_customers"
    loaded(MANUAL, write(as_csv(header, (*key, "perhaps", "n"))))
    assert rows(db, states) == [(None, "n", {"has_case_study": "perhaps"})]
    loaded(MANUAL, write(as_csv(header, (*key, "", "m"))))
    assert rows(db, states) == [(None, "m", {"has_case_study": "perhaps"})]
    loaded(MANUAL, write(as_csv(header, (*key, "yes", "m"))))
    assert rows(db, states) == [(True, "m", None)]


def test_two_processes_with_the_same_customers_in_two_files_add_them_once(
    db: Connection, write: Write
) -> None:
    table = as_csv(MANUAL_HEADER, *(("o.example", f"C{n}", f"c{n}.example") for n in range(500)))
    paths = [write("\n" * n + table, f"{n}.csv") for n in range(3)]
    race(paths, MANUAL)
    assert count(db, MANUAL) == 500


@pytest.mark.long
def test_a_correction_reaches_the_answers(warehouse: Warehouse, write: Write) -> None:
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha-old.example"))))
    warehouse.build()
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha.example"))))
    warehouse.build()
    assert warehouse.all(
        "select customer_domain from reference.company_customers where domain = 'north.example'"
    ) == [("alpha.example",)]
