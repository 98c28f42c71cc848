"""`python -m bench.rules [FOLDER]`: what YARA rules cost by kind of content, and the dearest.

The same measure as `douane rules check --goodware` takes, in a few seconds and without the files.
"""

import sys
from pathlib import Path

from douane.commands.rules_check import cost_lines
from scanners.rules.cost import measure_cost

SHIPPED = Path(__file__).parents[1] / "rules"


def main(arguments: list[str]) -> int:
    cost = measure_cost(Path(arguments[0]) if arguments else SHIPPED)
    print(f"one rule of one text takes {cost.one_rule:.1f} ms a MiB")
    print(*cost_lines(cost), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
