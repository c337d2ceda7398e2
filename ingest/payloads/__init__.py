"""Payload records into rows."""
