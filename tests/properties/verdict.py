"""What must hold after a history, and what does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.privacy.replay import replay
from tests.properties.compare import KEYS, QUERIES, disagreements
from tests.properties.model.seeds import read_seeds
from tests.properties.model.warehouse import expected
from tests.properties.play import Stage
from tests.support.history.records import Dbt, Forget, History
from tests.support.warehouse import DbtFailedError, differences

Tables = dict[str, list[str]]

GROWN, REPLAYED, BUILT = "grown step by step", "with all tombstones applied", "built at once"
_FAILED = re.compile(r"^\w+\.\w+\.(\w+)", re.MULTILINE)  # kind, project and name of a dbt node


@dataclass(frozen=True)
class Fault:
    """Something that must not be.

    Args:
        kind: Which promise is broken, and in which table and column.
        table: The table, with its schema; the name of the node alone where dbt failed.
        evidence: What shows it; it names the entities concerned, or their raw rows.
    """

    kind: str
    table: str
    evidence: str

    @property
    def model(self) -> str:
        """The model that makes the table."""
        return self.table.rpartition(".")[2]


def judge(stage: Stage, history: History) -> list[Fault]:
    """Play a history and compare: the tables as grown, as built at once, and as expected."""
    try:
        stage.play(history)
        grown = lasting = stage.snapshot()
        if history.erases:
            grown, lasting = _replayed(stage, history, grown)
        stage.rebuild(history.seeds)
    except DbtFailedError as error:
        return [_failure(error)]
    faults = []
    for left, right, said in (
        (grown, lasting, (GROWN, REPLAYED)),
        (lasting, stage.snapshot(), (GROWN, BUILT)),
    ):
        for table, rows in differences(left, right).items():
            words = {said[0]: rows["only left"], said[1]: rows["only right"]}
            faults.append(Fault(f"grown and built differ in {table}", table, str(words)))
    return faults + _unexpected(stage, history.seeds, KEYS)


def _replayed(stage: Stage, history: History, grown: Tables) -> tuple[Tables, Tables]:
    """The tables as grown, as far as nothing had to change, and with all tombstones applied.

    What other programs brought since of people who were erased was read by no model. Only within
    a payload does nobody look for their addresses: it is changed now, and everything read anew.
    """
    done = replay(stage.conn, print).counts
    changes_payloads = any(re.fullmatch(r"raw\.\w+ \(redacted\)", table) for table in done)
    again = [Forget()] if changes_payloads else []
    stage.continue_with([*again, Dbt(("run",), history.seeds)])
    lasting = stage.snapshot()
    return (lasting if changes_payloads else grown), lasting


def glance(stage: Stage, history: History, table: str) -> list[Fault]:
    """Play a history and compare one table, as grown, with what is expected."""
    try:
        stage.play(history)
    except DbtFailedError as error:
        return [_failure(error)]
    return _unexpected(stage, history.seeds, KEYS.keys() & {table})


def _failure(error: DbtFailedError) -> Fault:
    """No history makes dbt fail."""
    nodes = _FAILED.findall(str(error))
    return Fault(f"dbt fails: {', '.join(nodes)}", nodes[0] if nodes else "", str(error))


def _unexpected(stage: Stage, seeds: str, tables: Iterable[str]) -> list[Fault]:
    wanted = expected(stage.raw(), read_seeds(stage.projects[seeds].seeds))
    found = {table: stage.rows(QUERIES.get(table, f"select * from {table}")) for table in tables}
    return [
        Fault(f"not as expected: {each.table} {each.column}", each.table, str(each))
        for each in disagreements(found, wanted)
    ]


def summary(faults: list[Fault], most: int = 3) -> str:
    """The faults in words, a few of each kind."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.kind, []).append(fault)
    lines = []
    for kind, alike in kinds.items():
        lines.append(f"{len(alike)} x {kind}")
        lines += [f"    {fault.evidence[:1500]}" for fault in alike[:most]]
    return "\n".join(lines)
