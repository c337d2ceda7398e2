"""Payloads, field by field, and what has to come of each."""
