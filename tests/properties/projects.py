"""The project with its reviewed CSVs, or its models, in another state; each is parsed once."""

from __future__ import annotations

import shutil
from functools import cached_property, partial
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import SeedNode

from tests.support.history.draws import company_domain
from tests.support.warehouse import (
    PROJECT,
    DbtFailedError,
    arguments_of,
    failures_of,
    note_logged,
    parsed_file,
    parsed_project,
    uncompiled,
)

_MERGED = 2_000  # of so many companies
RANKINGS = "seeds/registry/source_rankings.csv"
PARTS = ["dbt_project.yml", "profiles.yml", "selectors.yml"]
PARTS += ["models", "macros", "functions", "seeds", "tests/dbt"]


class Project:
    """A dbt project that runs in this process with one manifest.

    Args:
        folder: The project.
        target: Where dbt may write.
    """

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder = folder
        self._target = target

    @property
    def seeds(self) -> Path:
        """Its reviewed CSVs."""
        return self.folder / "seeds"

    def replace(self, path: str, old: str, new: str) -> None:
        """Put one text in the place of another, which must be there once."""
        file = self.folder / path
        content = file.read_text(encoding="utf-8")
        if content.count(old) != 1:
            raise LookupError(f"{path} contains {old!r} {content.count(old)} times")
        file.write_text(content.replace(old, new), encoding="utf-8")
        self.forget()

    def forget(self) -> None:
        """Parse it anew next time: a file of it has changed."""
        self.__dict__.pop("_manifest", None)

    def dbt(self, *words: str) -> list[str]:
        """Run a dbt command; what the macros log meanwhile.

        Raises:
            DbtFailedError: Something failed.
        """
        said: list[str] = []
        runner = dbtRunner(uncompiled(self._manifest), [partial(note_logged, said)])
        result = runner.invoke(["--quiet", *words, *self._arguments])
        if isinstance(result.exception, KeyboardInterrupt):
            raise result.exception  # whoever stops the search is no fault of the history
        if not result.success:
            raise DbtFailedError("\n".join([failures_of(result), *said]))
        return said

    @cached_property
    def _manifest(self) -> Manifest:
        if self.folder == PROJECT:
            return parsed_project()
        # of a copy only what differs from the project has to be parsed
        parsed = ("--partial-parse-file-path", str(parsed_file()))
        result = dbtRunner().invoke(["--quiet", "parse", *parsed, *self._arguments])
        if not isinstance(result.result, Manifest):
            raise DbtFailedError(str(result.exception))
        for node in result.result.nodes.values():
            if isinstance(node, SeedNode):
                node.root_path = str(self.folder)
        return result.result

    @property
    def _arguments(self) -> tuple[str, ...]:
        return arguments_of(self.folder, self._target)


def copied(folder: Path) -> Project:
    """A copy of the project that may be changed."""
    for part in PARTS:
        source, target = PROJECT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return Project(folder, folder / "target")


def states(folder: Path) -> dict[str, Project]:
    """The project by the state of its CSVs: as they are, with more aliases, and ranked anew."""
    plain = Project(PROJECT, folder / "target")
    merged = copied(folder / "merged")
    merge_companies(merged)
    reranked = copied(folder / "reranked")
    rank_anew(reranked)
    return {"plain": plain, "merged": merged, "reranked": reranked}


# (entity, attribute, source) -> its rank in a project that ranks otherwise; none at all
_RANKED_ANEW: dict[tuple[str, str, str], int | None] = {
    ("company", "name", "firmographics"): 2,
    ("company", "name", "discovery"): 1,
    ("company", "linkedin_url", "manual_customers"): None,
    ("company", "industry", "firmographics"): 59,
    ("company", "industry", "apollo"): 1,
    ("company", "size_bucket", "salesnav"): None,
    ("person", "full_name", "profile"): 54,
    ("person", "location", "salesnav"): 0,
    ("person", "position", "profile"): 54,
    ("person", "email", "leadmagic_emails"): 50,
    ("person", "roles", "pdl"): 50,
    ("person", "schools", "pdl_unlikely"): None,
    ("customer", "statement", "manual"): 5,
}


def rank_anew(project: Project) -> None:
    """Let other sources speak first, and take the voice from some."""
    file = project.folder / RANKINGS
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    kept = [header]
    found = set()
    for line in lines:
        entity, attribute, source, rank, *rest = line.split(",")
        key = (entity, attribute, source)
        other = _RANKED_ANEW.get(key, int(rank))
        found.add(key)
        if other is not None:
            kept.append(",".join([*key, str(other), *rest]))
    if missing := _RANKED_ANEW.keys() - found:
        raise LookupError(f"{RANKINGS} does not rank {missing}")
    file.write_text("\n".join([*kept, ""]), encoding="utf-8")
    project.forget()


def merge_companies(project: Project) -> None:
    """Lead every twentieth company to its neighbour, every third of these on to the next one.

    One company becomes an address that belongs to nobody.
    """
    merges = [(n, n + 1) for n in range(0, _MERGED, 20)]
    merges += [(n + 1, n + 2) for n in range(0, _MERGED, 60)]
    lines = [
        f"{company_domain(old)},{company_domain(new)},the same company\n" for old, new in merges
    ]
    header = "alias_domain,domain,note\n"
    project.replace("seeds/curation/company_domain_aliases.csv", header, header + "".join(lines))
    header = "domain,kind,origin\n"
    # the functions know the hosts of the other kinds, and only the seeds are deployed
    nobodys = f"{company_domain(9)},free_mail,reviewed\n"
    project.replace("seeds/curation/ignored_domains.csv", header, header + nobodys)
