"""One file, one transaction: loads, retries, several at a time."""
