"""What must hold after a history, and what does not."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse import differences

from properties.compare import KEYS, QUERIES, disagreements
from properties.model.seeds import read_seeds
from properties.model.warehouse import expected
from properties.play import Stage
from properties.records import History

GROWN, BUILT = "grown step by step", "built at once"


@dataclass(frozen=True)
class Fault:
    """Something that must not be.

    Args:
        kind: Which promise is broken, and in which table and column.
        evidence: What shows it; it names the entities concerned.
        raw_ids: The raw rows it speaks of.
    """

    kind: str
    evidence: str

    def __str__(self) -> str:
        """Both, on one line."""
        return f"{self.kind}: {self.evidence}"


def judge(stage: Stage, history: History, *, rebuild: bool = True) -> list[Fault]:
    """Play a history and compare: the tables as grown, as built at once, and as expected.

    Args:
        stage: Where it is played.
        history: The history.
        rebuild: Leave it out where only what the model expects is in question.
    """
    stage.play(history)
    faults = []
    if rebuild:
        grown = stage.snapshot()
        stage.rebuild(history.seeds)
        for table, rows in differences(grown, stage.snapshot()).items():
            words = {GROWN: rows["only left"], BUILT: rows["only right"]}
            faults.append(Fault(f"grown and built differ in {table}", str(words)))
    wanted = expected(stage.raw(), read_seeds(stage.projects[history.seeds].seeds))
    found = {table: stage.rows(QUERIES.get(table, f"select * from {table}")) for table in KEYS}
    for disagreement in disagreements(found, wanted):
        kind = f"not as expected: {disagreement.table} {disagreement.column}"
        faults.append(Fault(kind, str(disagreement)))
    return faults


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
