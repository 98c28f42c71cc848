"""Real servers on loopback for measurements, tests and the demo.  Each ends with its `with`."""
