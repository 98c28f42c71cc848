"""python -m samples FOLDER writes the specimens there; --manifest writes samples/manifest.toml."""

import argparse
import sys
from pathlib import Path

from samples.catalogue import specimens
from samples.manifest import manifest
from samples.test_file import eicar_specimens

MANIFEST = Path(__file__).with_name("manifest.toml")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m samples", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where to write; made if missing")
    parser.add_argument(
        "--with-eicar", action="store_true", help="also those that hold the EICAR test file"
    )
    parser.add_argument("--manifest", action="store_true", help="write samples/manifest.toml anew")
    options = parser.parse_args(arguments)
    if options.manifest:
        MANIFEST.write_text(manifest(specimens()), "utf-8")
        sys.stdout.write(f"{MANIFEST} lists {len(specimens())} specimens.\n")
    elif options.folder is None:
        parser.error("say where to write, or --manifest")
    if options.folder is not None:
        sys.stdout.write(write_all(options.folder, with_eicar=options.with_eicar))
    return 0


def write_all(folder: Path, *, with_eicar: bool) -> str:
    """Write the specimens as files of their names; return a message about it."""
    folder.mkdir(parents=True, exist_ok=True)
    withheld = set() if with_eicar else {specimen.name for specimen in eicar_specimens()}
    chosen = [specimen for specimen in specimens() if specimen.name not in withheld]
    for specimen in chosen:
        (folder / specimen.name).write_bytes(specimen.data)
    message = f"{len(chosen)} specimens are in {folder}.  All are inert.\n"
    if withheld:
        message += f"{len(withheld)} with the EICAR test file are not: add --with-eicar for them.\n"
    return message


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
