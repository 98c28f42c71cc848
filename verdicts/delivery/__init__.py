"""Events on their way out: to webhooks, syslog, Splunk and files.  The courier process runs it."""
