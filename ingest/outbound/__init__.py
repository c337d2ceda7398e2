"""Records out to a destination: selected, written into a ledger, sent, and accounted for."""
