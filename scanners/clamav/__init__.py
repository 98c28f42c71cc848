"""ClamAV: an own asynchronous session for scans, the `clamd` package for management, an own daemon.

`engine.Clamav.scan` is the way in.  bytes -reply-> Answer -reports-> Report; `session` and
`stream` are the two ways to hand a file over, `probes` proves that clamd admits what it skips.
"""
