"""Have everything loaded before the sandbox closes.

Codecs, the magic database, tables of compressors and more load at their first use, which in the
sandbox would be refused.  So every scanner sees every specimen once, the way a worker does it.
"""

import traceback
from collections.abc import Iterator

from samples.catalogue import specimens
from scanners.model import Reason
from scanners.settings import Limits
from scanners.worker.messages import Job, decode_job, encode_job
from scanners.worker.packets import close_all
from scanners.worker.reports import decode_report
from scanners.worker.worker import Examiner, examine_job, seal_memfd

GUESS_SECONDS = 1.0
"""Enough to open every kind of encryption: the specimens' passwords are among the first."""


def warm_up(examiner: Examiner, limits: Limits) -> tuple[str, ...]:
    """Run a whole job over every specimen, and format one traceback.

    Return the names of the specimens over which something crashed; the log says what.
    """
    crashed = tuple(_crashed(examiner, limits))
    try:
        raise RuntimeError
    except RuntimeError:
        traceback.format_exc()
    return crashed


def _crashed(examiner: Examiner, limits: Limits) -> Iterator[str]:
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
        report, children = examine_job(decode_job(encode_job(job)), body, examiner)
        close_all(children)
        gaps = decode_report(report, len(children)).examination.unscanned
        if any(gap.reason is Reason.CRASHED for gap in gaps):
            yield specimen.name
