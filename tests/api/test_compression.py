"""Answers are compressed for callers who take them so (RFC 9110, 12.5.3)."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("taken", "is_compressed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip; Q=0.001", True),
        ("gzip;q=0", False),
        ("gzip ; q=0.000, identity", False),
        ("gzip;q=much", False),
        ("identity", False),
        ("", False),
        ("nogzip", False),
    ],
)
def test_who_takes_it_gets_it_compressed(
    http: TestClient, taken: str, *, is_compressed: bool
) -> None:
    # of ten kilobytes and more
    answer = http.get("/openapi.json", headers={"accept-encoding": taken})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == ("gzip" if is_compressed else None)
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert answer.json()["openapi"] == "3.1.0"
