"""What a file holds: its bytes, its character set, tables and JSON records."""
