"""The processes that the supervisor starts: ledger, front, API.  One entry point a file."""
