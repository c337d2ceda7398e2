"""Files of table feeds (CSV, TSV, relayed JSON) into rows."""
