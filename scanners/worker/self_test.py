"""Before a bench goes to work: does it find what each of its YARA rules is there to find?

A sandboxed worker is asked, as all later ones are: samples come with the rules, which may come from
afar, and parsing them is as dangerous as parsing anything else.
"""

import os
import signal
import socket
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samples.recipes import RecipeError, build
from scanners.settings import Limits
from scanners.worker import sandbox
from scanners.worker.messages import Job, MalformedReport, encode_job
from scanners.worker.packets import PacketCut, close_all, receive_packet, send_packet
from scanners.worker.reports import CHILDREN, REPORT_BYTES, decode_report
from scanners.worker.worker import Examiner, seal_memfd, serve

SAMPLE_SECONDS = 10.0
"""For one sample, which needs a few milliseconds."""
MAX_FILE_BYTES = 4 * 1024 * 1024


class SelfTestFailed(Exception):
    """The bench is not fit for work; the text names the rule or the specimen."""


@dataclass(frozen=True, slots=True)
class _Proof:
    file: str
    """Relative to the folder of rules."""
    rule: str
    sample: bytes


def self_test(examiner: Examiner, rules: Path, limits: Limits, plan: sandbox.Plan) -> None:
    """Have a worker examine the first sample that each rule must hit (yara/tests/**/*.toml).

    Raise SelfTestFailed if it does not find it.  Forks: call it while this process has one thread.
    """
    proofs = tuple(_proofs(rules))
    if not proofs:
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _work(theirs, examiner, plan, zygote)
    try:
        theirs.close()
        with ours:
            ours.settimeout(2 * SAMPLE_SECONDS)
            receive_packet(ours, REPORT_BYTES, 0)  # the greeting
            for number, proof in enumerate(proofs):
                _require_hit(ours, number, proof, limits)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _work(link: socket.socket, examiner: Examiner, plan: sandbox.Plan, zygote: int) -> None:
    """Be the worker; never return."""
    try:
        serve(link, examiner, sandbox.enter(plan, zygote))
    except OSError:  # killed in the middle of something
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _require_hit(link: socket.socket, number: int, proof: _Proof, limits: Limits) -> None:
    where = f"{proof.file}: {proof.rule}"
    job = Job(
        number,
        len(proof.sample),
        "",
        "",
        (),
        (),
        SAMPLE_SECONDS,
        limits.unpacked_bytes,
        limits.members,
        limits.depth,
    )
    body = seal_memfd(memoryview(proof.sample))
    try:
        send_packet(link, encode_job(job), [body])
        packet = receive_packet(link, REPORT_BYTES, CHILDREN)
        if packet is None:
            raise SelfTestFailed(f"{where}: hits[0] ends the worker that examines it")
        close_all(packet.descriptors)
        found = decode_report(packet.data, len(packet.descriptors)).examination
    except (OSError, PacketCut, MalformedReport) as error:
        raise SelfTestFailed(f"{where}: hits[0] cannot be examined ({error})") from error
    finally:
        os.close(body)
    if proof.rule not in {detection.name for detection in found.detections}:
        gaps = ", ".join(sorted({part.reason.value for part in found.unscanned}))
        because = f" (unscanned: {gaps})" if gaps else ""
        raise SelfTestFailed(f"{where}: the rule does not find hits[0]{because}")


def _proofs(rules: Path) -> Iterator[_Proof]:
    """Yield the first sample that each rule must hit; raise SelfTestFailed."""
    for path in sorted((rules / "yara" / "tests").rglob("*.toml")):
        file = path.relative_to(rules).as_posix()
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise SelfTestFailed(f"{file}: the file is larger than {MAX_FILE_BYTES} bytes")
            tables = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise SelfTestFailed(f"{file}: cannot be read: {error}") from error
        for rule, table in tables.items():
            hits = table.get("hits") if isinstance(table, dict) else None
            if not isinstance(hits, list) or not hits:
                raise SelfTestFailed(f"{file}: {rule}: the test has no hits")
            try:
                yield _Proof(file, rule, build(hits[0]))
            except RecipeError as error:
                raise SelfTestFailed(f"{file}: {rule}: hits[0]: {error}") from error
