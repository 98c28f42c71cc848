"""What every command adds its parser to."""

import argparse

Commands = argparse._SubParsersAction  # argparse gives its own type no public name
