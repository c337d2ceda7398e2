"""Counts and times of requests in the form of Prometheus, over all worker processes."""

from __future__ import annotations

import os

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

# a folder where worker processes add up; the variable is the library's
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

NO_ROUTE = "none"  # of a request that nothing is there for

REQUESTS = Counter("hq_api_requests_total", "Requests answered.", ("method", "route", "status"))
SECONDS = Histogram(
    "hq_api_request_seconds", "Time until the answer was sent.", ("route",), buckets=_BUCKETS
)
SENT = Counter("hq_api_sent_bytes_total", "Bytes of bodies sent.", ("route",))
UNDER_WAY = Gauge(
    "hq_api_requests_under_way", "Requests being answered.", multiprocess_mode="livesum"
)


def exposition() -> bytes:
    """All of it as text."""
    if os.environ.get(SHARED_FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(REGISTRY)
