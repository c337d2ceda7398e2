"""dbt in this process, without what nobody sees of it here.

Of a small run a third is spent on events for a log that is not written and on looking for circles
in a graph that stays the same. dbt in a process of its own (test_demo, test_empty_database) does
both.
"""

from __future__ import annotations

import gc
import sys
from types import ModuleType

import dbt.cli.main  # noqa: F401 - the modules that make events
from dbt.adapters.events.base_types import DebugLevel as AdapterDebugLevel
from dbt.compilation import Linker
from dbt.events.base_types import DebugLevel as CoreDebugLevel
from dbt_common.events.base_types import DebugLevel
from dbt_common.events.functions import fire_event

from ingest.dbt.main import COLLECTION

_DEBUG = (DebugLevel, AdapterDebugLevel, CoreDebugLevel)


def quiet_dbt() -> None:
    """Make dbt do less in this process, for as long as it lives."""
    # no oftener than `ingest dbt` has it
    gc.set_threshold(*COLLECTION)
    Linker.find_cycles = lambda _: None  # type: ignore[method-assign]
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
