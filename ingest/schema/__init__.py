"""What ``ingest init`` makes: the raw schema, step by step, and who may do what."""
