"""JSON records in files of any size, the damaged ones told from their neighbours."""
