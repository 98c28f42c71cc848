"""The sandboxed scan workers: zygote, sandbox, job protocol and the pool that uses them."""
