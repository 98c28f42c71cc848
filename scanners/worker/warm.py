"""Have everything loaded before the sandbox closes.

Codecs, the magic database, tables of compressors and more load at their first use, which in the
sandbox would be refused.  So every scanner sees every specimen once, the way a worker does it.
"""

import traceback

from samples.catalogue import specimens
from scanners.settings import Limits
from scanners.worker.messages import Job, decode_job, encode_job
from scanners.worker.packets import close_all
from scanners.worker.worker import Examiner, examine_job, seal_memfd

GUESS_SECONDS = 1.0
"""Enough to open every kind of encryption: the specimens' passwords are among the first."""


def warm_up(examiner: Examiner, limits: Limits) -> None:
    """Run a whole job over every specimen, and format one traceback."""
    for number, specimen in enumerate(specimens()):
        job = Job(
            number,
            len(specimen.data),
            specimen.name,
            specimen.declared_type,
            specimen.parameters,
            specimen.codings,
            limits.scan_seconds,
            limits.unpacked_bytes,
            limits.members,
            limits.depth,
            guess_seconds=GUESS_SECONDS,
        )
        body = seal_memfd(memoryview(specimen.data))
        _, children = examine_job(decode_job(encode_job(job)), body, examiner)
        close_all(children)
    try:
        raise RuntimeError
    except RuntimeError:
        traceback.format_exc()
