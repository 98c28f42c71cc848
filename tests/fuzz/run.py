"""Fuzzes one target in a process of its own: `python -m tests.fuzz.run TARGET SECONDS FOLDER`.

FOLDER takes the inputs that reach something new.  An input that breaks an invariant is written to
tests/fuzz/crashes/TARGET; from then on it is one of the tests.
"""

import importlib
import resource
import sys
from pathlib import Path

HERE = Path(__file__).parent
TARGETS = tuple(sorted(path.stem for path in (HERE / "targets").glob("[a-z]*.py")))
MAX_LENGTH = 4096
ONE_INPUT_SECONDS = 10
MEMORY_MIB = 1024


def options(target: str, seconds: int, folder: Path) -> list[str]:
    """Return libFuzzer's command line: the first corpus takes what is new, seeds are only read.

    On Linux the peak of memory, which libFuzzer goes by, begins with that of the starting process.
    """
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    crashes = HERE / "crashes" / target
    crashes.mkdir(parents=True, exist_ok=True)
    dictionary = HERE / "dictionaries" / f"{target}.txt"
    return [
        target,
        f"-max_total_time={seconds}",
        f"-max_len={MAX_LENGTH}",
        f"-timeout={ONE_INPUT_SECONDS}",
        f"-rss_limit_mb={peak_mib + MEMORY_MIB}",
        f"-artifact_prefix={crashes}/",
        *([f"-dict={dictionary}"] if dictionary.exists() else []),
        "-print_final_stats=1",
        str(folder),
        str(HERE / "corpus" / target),
    ]


def main(target: str, seconds: int, folder: Path) -> None:
    import atheris  # only here: there is none for most interpreters

    from tests.fuzz.instrument import connect, instrument

    instrument(atheris)
    fuzz_one = importlib.import_module(f"tests.fuzz.targets.{target}").fuzz_one

    def run(data: bytes) -> None:
        connect(atheris)
        fuzz_one(data)

    atheris.Setup(options(target, seconds, folder), run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
