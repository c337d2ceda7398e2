"""The way to the database: connections, locks, the embedded server."""
