"""The shell: command line, settings, supervisor; the only place that builds everything."""
