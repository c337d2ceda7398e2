"""How ``ingest dbt`` runs dbt: one run at a time, in the foreground, with its outcome."""
