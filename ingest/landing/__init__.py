"""Rows into raw tables, with their ledger and their rejects."""
