"""The shell: command line, settings, supervisor; the only place that builds everything."""

__version__ = "0.1.0"
