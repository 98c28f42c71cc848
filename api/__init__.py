"""REST: reads the verdict log.  A process of its own; the ICAP fronts do not need it."""
