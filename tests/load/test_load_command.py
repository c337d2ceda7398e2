"""``ingest load`` against a server: what lands, what is refused, and what is kept of it."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from ingest.landing import landing, ledger
from ingest.landing.ledger import LoadKey
from ingest.load.load import LoadOptions, load_file
from ingest.payloads.envelopes import RowMaker
from ingest.postgres.connection import Connection, connect
from ingest.workflows.registry import load_registry
from tests.support.example_files import EXAMPLES, FILES, options_of, said_of
from tests.support.ingesting import FIRMOGRAPHICS, ingest, load, race, rows, value, written
from tests.support.scratch import NewDatabase


def company(n: int, **payload: Any) -> dict[str, Any]:
    return {"domain": f"c{n}.example", **payload}


def lines(*records: Any) -> bytes:
    texts = (r if isinstance(r, bytes) else json.dumps(r).encode() for r in records)
    return b"".join(text + b"\n" for text in texts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "companies.ndjson"


@pytest.mark.parametrize("name", FILES)
def test_the_examples_land_as_expected(db: Connection, name: str) -> None:
    expected = FILES[name]
    if "vc_firm" in said_of(name):
        assert load(EXAMPLES / "vc-firms.list.csv", workflow="vc-firms").exit_code == 0
    result = load(EXAMPLES / name, *options_of(name), workflow=None)
    assert result.exit_code == (3 if expected["rejected"] else 0), result.output
    ledger = rows(
        db,
        "select records, landed, rejected, cleaned from raw.loads order by started_at desc limit 1",
    )
    rejected = [reject["line"] for reject in expected["rejected"]]
    counts = (expected["records"], expected["landed"], len(rejected), expected["cleaned"])
    assert ledger == [counts]
    assert [line for (line,) in rows(db, "select line from raw.rejects order by 1")] == rejected


def test_a_row_carries_what_was_received_and_the_stamps_of_its_workflow(
    db: Connection, file: Path
) -> None:
    file.write_bytes(lines({"company_domain": "WWW.A.example/", "raw_payload": {"name": "Ä"}}))
    assert load(file).exit_code == 0
    assert rows(
        db,
        """
        select p.company_domain, p.workflow_slug, p.provider, p.platform, p.payload_type,
            p.raw_payload
        from raw.company_payloads as p
        """,
    ) == [("WWW.A.example/", FIRMOGRAPHICS, "clay", "clay", "firmographics", {"name": "Ä"})]
    assert rows(
        db,
        """
        select p._load_id = l.id, p.created_at = l.started_at, substr(p.id::text, 15, 1)
        from raw.company_payloads as p, raw.loads as l
        """,
    ) == [(True, True, "7")]


def test_ids_sort_as_the_records_stand_in_the_file(
    db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "CHUNK_SIZE", 300)
    mixed = [
        {**company(n), "workflow_slug": ("clay-find-companies", FIRMOGRAPHICS)[n % 3 == 0]}
        for n in range(60)
    ]
    file.write_bytes(lines(*mixed))
    assert load(file, workflow=None).exit_code == 0
    landed = rows(
        db,
        """
        select company_domain from (
            select id, company_domain from raw.company_payloads
            union all
            select id, company_domain from raw.company_discovery
        ) as landed order by id
        """,
    )
    assert [domain for (domain,) in landed] == [record["domain"] for record in mixed]


@pytest.mark.parametrize("chunk", [50, 4_000_000], ids=["many chunks", "one chunk"])
def test_rows_the_server_refuses_become_rejects_and_their_neighbours_land(
    db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(landing, "CHUNK_SIZE", chunk)
    records: list[Any] = [company(n) for n in range(40)]
    for place in (0, 17, 18, 39):
        records[place] = b'{"domain":"x.example","n":1e999999}'
    file.write_bytes(lines(*records))
    assert load(file).exit_code == 3
    rejects = rows(db, "select line, reason, detail, record from raw.rejects order by line")
    assert [reject[:2] for reject in rejects] == [(line, "unstorable") for line in (1, 18, 19, 40)]
    assert "numeric" in rejects[0][2]
    assert rejects[0][3] == '{"domain":"x.example","n":1e999999}'
    assert value(db, "select count(distinct company_domain) from raw.company_payloads") == 36
    assert rows(db, "select records, landed, rejected from raw.loads") == [(40, 36, 4)]


def test_a_check_of_the_users_own_refuses_rows_not_the_file(db: Connection, file: Path) -> None:
    db.execute("alter table raw.company_payloads add constraint own check (company_domain <> 'x')")
    db.commit()
    try:
        file.write_bytes(lines(company(1), {"domain": "x"}, company(2)))
        assert load(file).exit_code == 3
        assert rows(db, "select line, reason from raw.rejects") == [(2, "unstorable")]
    finally:
        db.execute("alter table raw.company_payloads drop constraint own")
        db.commit()


def test_unstorable_characters_are_taken_out_and_counted(db: Connection, file: Path) -> None:
    file.write_bytes(
        lines(
            rb'{"domain":"a\u0000.example","\u0000k":"\ud800 \ud83d\ude00","d":{"x":["\udc00"]}}',
            company(2, text=r"C:\\u0000"),
            {"company_domain": "c.example", "raw_payload": r'{"a":"\u0000b"}'},
        )
    )
    result = load(file)
    assert (result.exit_code, "2 cleaned" in result.stderr) == (0, True)
    assert rows(db, "select company_domain, raw_payload from raw.company_payloads order by 1") == [
        ("a.example", {"domain": "a.example", "k": "� 😀", "d": {"x": ["�"]}}),
        ("c.example", '{"a":"b"}'),
        ("c2.example", company(2, text=r"C:\\u0000")),
    ]
    assert value(db, "select cleaned from raw.loads") == 2


def test_the_same_content_loads_once_per_workflow(db: Connection, file: Path) -> None:
    file.write_bytes(lines(company(1)))
    other_name = file.with_name("copy.json")
    other_name.write_bytes(file.read_bytes())
    assert load(file).exit_code == 0
    again = load(other_name)
    assert again.exit_code == 0
    assert "already loaded" in again.stderr
    assert "--force" in again.stderr
    assert load(file, workflow="clay-find-companies").exit_code == 0
    assert written(db) == (2, 1, 0)


def test_force_loads_known_content_again(db: Connection, file: Path) -> None:
    file.write_bytes(lines(company(1)))
    assert [load(file, "--force").exit_code for _ in range(3)] == [0, 0, 0]
    assert rows(db, "select forced from raw.loads order by started_at") == [
        (False,),
        (True,),
        (True,),
    ]


def test_two_processes_with_one_file_load_it_once(db: Connection, file: Path) -> None:
    file.write_bytes(lines(*(company(n) for n in range(2000))))
    said = race([file] * 3)
    assert written(db) == (1, 2000, 0)
    assert sum("already loaded" in words for words in said) == 2


def test_a_wait_for_another_load_is_announced(db: Connection, file: Path) -> None:
    file.write_bytes(lines({**company(1), "workflow_slug": FIRMOGRAPHICS}))
    key = LoadKey(hashlib.sha256(file.read_bytes()).hexdigest(), None)
    ledger.lock(db, key, lambda _: None)
    announced = threading.Event()
    notices: list[str] = []

    def notice(text: str) -> None:
        notices.append(text)
        announced.set()

    def other() -> None:
        with connect() as conn:
            load_file(conn, str(file), LoadOptions(load_registry(), notice=notice))

    waiting = threading.Thread(target=other)
    waiting.start()
    assert announced.wait(30)
    db.rollback()
    waiting.join()
    assert f"server process {db.info.backend_pid}" in notices[0]
    assert written(db)[0] == 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(b"", "nothing to load", id="empty"),
        pytest.param(b" \n\n", "nothing to load", id="blank"),
        pytest.param(b"[]", "nothing to load", id="empty array"),
        pytest.param(lines(company(1)) + b'{"domain":', "cut off", id="cut off"),
        pytest.param(gzip.compress(lines(company(1)) * 99)[:-9], "cut off", id="cut off gzip"),
    ],
)
def test_a_file_that_cannot_be_loaded_leaves_nothing(
    db: Connection, file: Path, content: bytes, fault: str
) -> None:
    file.write_bytes(content)
    result = load(file)
    assert (result.exit_code, written(db)) == (1, (0, 0, 0))
    assert fault in result.stderr
    assert str(file) in result.stderr


def test_a_failing_file_does_not_stop_the_others(db: Connection, file: Path) -> None:
    empty = file.with_name("empty.json")
    empty.touch()
    file.write_bytes(lines(company(1)))
    result = load(empty, file)
    assert (result.exit_code, written(db)) == (1, (1, 1, 0))


ONE_OF_FOUR = lines(company(1), b"words", company(2), company(3))


@pytest.mark.parametrize(
    ("options", "status", "kept"),
    [
        pytest.param([], 3, (1, 3, 1), id="reported by default"),
        pytest.param(["--on-reject", "ignore"], 0, (1, 3, 1), id="ignored"),
        pytest.param(["--on-reject", "abort"], 1, (0, 0, 0), id="abort"),
        pytest.param(["--max-rejects", "0"], 1, (0, 0, 0), id="more than the number"),
        pytest.param(["--max-rejects", "1"], 3, (1, 3, 1), id="as many as the number"),
        pytest.param(["--max-rejects", "24.9%"], 1, (0, 0, 0), id="more than the share"),
        pytest.param(["--max-rejects", "25%"], 3, (1, 3, 1), id="as many as the share"),
        pytest.param(["--dry-run"], 3, (0, 0, 0), id="dry run"),
    ],
)
def test_what_a_reject_does_is_chosen(
    db: Connection, file: Path, options: list[str], status: int, kept: tuple[int, int, int]
) -> None:
    file.write_bytes(ONE_OF_FOUR)
    result = load(file, *options)
    assert (result.exit_code, written(db)) == (status, kept), result.output


@pytest.mark.parametrize("option", ["--on-reject=abort", "--max-rejects=0"])
def test_a_row_the_server_refuses_counts_as_a_reject_too(
    db: Connection, file: Path, option: str
) -> None:
    file.write_bytes(lines(company(1), b'{"domain":"x.example","n":1e999999}'))
    assert (load(file, option).exit_code, written(db)) == (1, (0, 0, 0))


def test_standard_input_is_a_file_too(db: Connection) -> None:
    result = load("-", stdin=lines(company(1)))
    assert result.exit_code == 0, result.output
    assert value(db, "select file_name from raw.loads") == "standard input"


def test_a_lost_connection_is_one_error_and_leaves_nothing(
    db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "CHUNK_SIZE", 5_000)
    file.write_bytes(lines(*(company(n) for n in range(1000))))
    row_of = RowMaker.row
    seen: list[Any] = []

    def cut_after_500(maker: Any, record: Any) -> Any:
        seen.append(record)
        if len(seen) == 500:
            rows(
                db,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'ingest' and pid <> pg_backend_pid()"
                " and datname = current_database()",
            )
        return row_of(maker, record)

    monkeypatch.setattr(RowMaker, "row", cut_after_500)
    result = load(file)
    assert (result.exit_code, written(db)) == (1, (0, 0, 0))
    assert "connection to the server was lost" in result.stderr


@pytest.mark.parametrize(
    ("words", "status", "fault"),
    [
        pytest.param(["--workflow", "clay-find-peple", "x"], 2, "clay-find-people", id="workflow"),
        pytest.param(["no-such-file.json"], 2, "no such file", id="missing file"),
        pytest.param(["no-such-*.json"], 2, "no file fits", id="pattern"),
        pytest.param(["-", "-"], 2, "once", id="standard input twice"),
        pytest.param(["--vc-firm", "v", "x"], 2, "vc-portfolio", id="an option of another feed"),
        pytest.param(["--max-rejects", "some", "x"], 2, "2.5%", id="limit"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_written(
    words: list[str], status: int, fault: str
) -> None:
    result = ingest("load", *words)
    assert result.exit_code == status
    assert fault in result.stderr + str(result.exception)


@pytest.mark.usefixtures("db")
def test_a_table_is_told_from_payloads(tmp_path: Path) -> None:
    table = tmp_path / "firms.csv.gz"
    table.write_bytes(b"name,domain\n")
    result = load(table, workflow=None)
    assert (result.exit_code, "CSV" in result.stderr) == (1, True)


def test_json_output_is_one_document_with_the_counts(db: Connection, file: Path) -> None:
    file.write_bytes(ONE_OF_FOUR)
    result = load(file, "--json")
    document = json.loads(result.stdout)
    (loaded,) = document["files"]
    assert loaded["load_id"] == str(value(db, "select id from raw.loads"))
    assert {key: loaded[key] for key in ("status", "records", "landed", "rejected")} == {
        "status": "loaded",
        "records": 4,
        "landed": 3,
        "rejected": 1,
    }
    assert loaded["tables"] == {"company_payloads": 3}
    assert loaded["reasons"] == {"malformed_json": 1}


def test_the_server_is_named_before_it_is_written_to(db: Connection, file: Path) -> None:
    file.write_bytes(lines(company(1)))
    assert load(file).stderr.startswith(f"Loading into database {db.info.dbname} on ")


def test_a_database_that_was_not_initialised_says_so(new_database: NewDatabase, file: Path) -> None:
    new_database()
    file.write_bytes(lines(company(1)))
    result = load(file)
    assert result.exit_code == 1
    assert "ingest init" in str(result.exception) + result.stderr


def test_load_file_refuses_a_connection_with_an_open_transaction(
    db: Connection, file: Path
) -> None:
    db.execute("select 1")
    with pytest.raises(ValueError, match="transaction"):
        load_file(db, str(file), LoadOptions(load_registry()))


def test_a_workflow_behind_the_payloads_of_a_batch_is_not_guessed(
    db: Connection, file: Path
) -> None:
    batch = {"payloads": [company(1), {**company(2), "workflow_slug": FIRMOGRAPHICS}]}
    file.write_text(json.dumps({**batch, "workflow_slug": FIRMOGRAPHICS}))
    assert load(file, workflow=None).exit_code == 3
    assert written(db) == (1, 1, 1)
    reason, detail = rows(db, "select reason, detail from raw.rejects")[0]
    assert reason == "no_workflow"
    assert "--workflow" in detail
    assert "before its payloads" in detail
    # what the hint says helps
    assert load("--force", file).exit_code == 0
    file.write_text(json.dumps({"workflow_slug": FIRMOGRAPHICS, **batch}))
    assert load(file, workflow=None).exit_code == 0
    assert written(db) == (3, 5, 1)
