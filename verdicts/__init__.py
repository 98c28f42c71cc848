"""inspect(), policy, cache and the ledger: what is known of a transfer and what is done."""
