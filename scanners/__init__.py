"""The bench: bytes in, reports out.  Knows nothing of ICAP, HTTP or SQL.

`walk.examine` runs every scanner over a file and over what is found inside it; `worker/` keeps
that in sandboxed processes; `clamav/` asks clamd at the same time.
"""
