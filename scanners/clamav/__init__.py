"""ClamAV: one asynchronous session a front, a strict reply grammar, and our own clamd."""
