"""Where a database uses the roles, deliveries land with the rights of a loader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hq_api.receiving.connections import connections
from hq_api.receiving.delivery import Delivery
from hq_api.receiving.receive import receive
from ingest.workflows.registry import load_registry
from tests.support.ingesting import FIRMOGRAPHICS, value
from tests.support.role_place import LOADER, Place
from tests.support.scratch import use

ACME = b'{"company_domain":"acme.example","raw_payload":{"name":"Acme"}}'


def test_a_loader_may_do_all_that_it_takes(
    new_place: Callable[[], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = new_place()
    place.init("--roles")
    use(monkeypatch, place.parameters)
    registry = load_registry()
    with connections(1) as pool, pool.connection() as conn:
        assert value(conn, "select current_user") == LOADER
        for text, status in ((ACME, 201), (b'{"a":1}', 422), (ACME, 200)):
            delivery = Delivery(FIRMOGRAPHICS, text, "application/json")
            assert receive(conn, delivery, registry).status == status
        place.execute("update raw.idempotency_keys set expires_at = now()")
        delivery = Delivery(FIRMOGRAPHICS, ACME, "application/json", idempotency_key="1")
        assert receive(conn, delivery, registry).status == 201
    assert place.all("select count(*) from raw.idempotency_keys") == [(1,)]
