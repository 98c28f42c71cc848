"""The self-test: what each kind of client would make of this service's answers."""
