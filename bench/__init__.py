"""Side-by-side measurements against peers.  servers/ starts them, icapload.c plays the requests."""
