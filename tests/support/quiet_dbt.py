"""dbt in this process, without what nobody sees of it here.

Of a small run half is spent on events for a log that is not written, on looking for circles in a
graph that stays the same, on turning the same templates into the same code, on readers of cells for
each table, and on finding out which module has flags. dbt in a process of its own (test_demo,
test_empty_database) does all of it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from functools import cache
from types import CodeType, ModuleType
from typing import Any

# the modules that make events; the second brings those that dbt itself imports when it needs them
import dbt.adapters.postgres
import dbt.cli.main  # noqa: F401
from dbt.adapters.events.base_types import DebugLevel as AdapterDebugLevel
from dbt.compilation import Linker
from dbt.events.base_types import DebugLevel as CoreDebugLevel
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment, NativeSandboxEnvironment
from dbt_common.events.base_types import DebugLevel
from dbt_common.events.functions import fire_event
from jinja2 import Environment

from ingest.dbt.main import COLLECTION

_DEBUG = (DebugLevel, AdapterDebugLevel, CoreDebugLevel)


def quiet_dbt() -> None:
    """Make dbt do less in this process, for as long as it lives."""
    # no oftener than `ingest dbt` has it
    gc.set_threshold(*COLLECTION)
    Linker.find_cycles = lambda _: None  # type: ignore[method-assign]
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]
    _keep_readers_of_cells()
    for kind in (MacroFuzzEnvironment, NativeSandboxEnvironment):
        _keep_code(kind)
    for name, module in list(sys.modules.items()):
        if name.startswith("dbt.") and hasattr(module, "fire_event"):
            _leave_out_debug_events(module)


def _leave_out_debug_events(module: ModuleType) -> None:
    for name, kind in list(vars(module).items()):
        if (
            isinstance(kind, type)
            and issubclass(kind, _DEBUG)
            and kind.__module__ != module.__name__
        ):
            setattr(module, name, _nothing)
    module.fire_event = _fire_if_any  # type: ignore[attr-defined]


def _nothing(*_args: object, **_fields: object) -> None:
    """Instead of an event."""


def _fire_if_any(event: object, *rest: object, **options: object) -> None:
    if event is not None:
        fire_event(event, *rest, **options)  # type: ignore[arg-type]


def _keep_code(kind: type[MacroFuzzEnvironment]) -> None:
    """Let the environments of a kind make code of a template once; they differ in nothing else."""
    made: dict[str, CodeType] = {}

    def code_of(environment: MacroFuzzEnvironment, source: str) -> CodeType:
        if source not in made:
            made[source] = Environment.compile(environment, source)
        return made[source]

    kind.compile = code_of  # type: ignore[method-assign,assignment]


def _keep_readers_of_cells() -> None:
    """Let tables with the same columns of text share the readers of their cells."""
    make = agate_helper.build_type_tester

    @cache
    def kept(columns: frozenset[str], nulls: tuple[str, ...]) -> Any:
        return make(columns, nulls)

    def readers(
        text_columns: Iterable[str], string_null_values: Iterable[str] | None = ("null", "")
    ) -> Any:
        return kept(frozenset(text_columns), tuple(string_null_values or ()))

    agate_helper.build_type_tester = readers
