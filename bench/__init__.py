"""Side-by-side measurements against peers: servers/ starts them, icapload plays requests, the rest compares."""
