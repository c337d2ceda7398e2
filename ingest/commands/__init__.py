"""The commands, one thin module each; ``ingest.cli`` registers them."""
