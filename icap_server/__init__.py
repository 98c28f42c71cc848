"""The door: RFC 3507 outside, one call to inspect() inside."""
