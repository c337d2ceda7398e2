"""``ingest demo``: the example files, the questions it asks of them, what it shows."""
