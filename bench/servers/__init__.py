"""Real servers on loopback, for measurements, end-to-end tests and the demo.  Each ends with its `with`."""
