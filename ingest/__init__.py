"""The ingest CLI: everything that writes the raw schema, and nothing else."""

from importlib.metadata import version

__version__ = version("hq-warehouse")
