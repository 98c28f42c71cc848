"""The self-test: a rule that does not find its sample keeps the bench from work, by name."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.budget import Budget
from scanners.model import (
    Code,
    Content,
    Detection,
    DetectionLevel,
    Examination,
    Reason,
    Unscanned,
)
from scanners.settings import Limits, WorkerSettings
from scanners.worker.pool import ScanPool, ZygoteFailed
from scanners.worker.sandbox import make_plan
from scanners.worker.self_test import SelfTestFailed, self_test
from scanners.worker.worker import Examiner

Count = Callable[[], Counter[str]]
MakeRules = Callable[[str], Path]
LIMITS = Limits()
PLAN = make_plan(LIMITS, WorkerSettings())
RULES = Path(__file__).parents[3] / "rules"
RULE = """\
rule MAL_Worm_New_Nov26
{
    meta:
        description = "Detects a text"
        level = "malicious"
    strings:
        $text = "an unmistakable text" ascii wide
    condition:
        filesize < 1MB and $text
}
"""


@pytest.fixture
def with_tests(tmp_path: Path) -> MakeRules:
    def make(text: str) -> Path:
        folder = tmp_path / "yara" / "tests" / "pe"
        folder.mkdir(parents=True)
        (folder / "new.toml").write_text(text)
        return tmp_path

    return make


def examiner(content: Content, budget: Budget) -> Examination:
    """Find a rule called as the content says; more of what may happen, too."""
    word = bytes(content.view).decode()
    if word == "die":
        os._exit(3)
    if word == "crash":
        raise RuntimeError("a bug")
    if word == "gap":
        return Examination(unscanned=(Unscanned("yara", Reason.TIMED_OUT),))
    if word == "open":
        Path("/etc/passwd").read_bytes()
    return Examination(
        detections=(Detection(Code.SIGNATURE_YARA, "yara", word, DetectionLevel.INFO),)
    )


def run(rules: Path, with_examiner: Examiner = examiner) -> None:
    self_test(with_examiner, rules, LIMITS, PLAN)


def test_what_finds_its_samples_passes(with_tests: MakeRules, open_descriptors: Count) -> None:
    before = open_descriptors()
    run(with_tests('[One]\nhits = ["One", "unasked"]\n[Two]\nhits = [{ hex = "54776f" }]\n'))
    assert open_descriptors() == before


def test_without_rules_there_is_nothing_to_prove(tmp_path: Path) -> None:
    run(tmp_path)


@pytest.mark.parametrize(
    "text, said",
    [
        ('[One]\nhits = ["Two"]', "One: the rule does not find"),
        ('[Two]\nhits = ["Two"]\n[One]\nhits = ["Two"]', "One: the rule does not find"),
        ('[One]\nhits = ["gap"]', r"One: .*unscanned: timed_out"),
        ('[One]\nhits = ["crash"]', r"One: .*unscanned: crashed"),
        ('[One]\nhits = ["open"]', r"One: .*unscanned: crashed"),
        ('[One]\nhits = ["die"]', "One: .*ends the worker"),
        ('[One]\nhits = [{ hex = "x" }]', r"One: hits\[0\]: hex holds"),
        ("[One]\nhits = []", "One: the test has no hits"),
        ("One = 1", "One: the test has no hits"),
        ("[One", "cannot be read"),
    ],
)
def test_a_failure_names_file_and_rule(
    with_tests: MakeRules, open_descriptors: Count, text: str, said: str
) -> None:
    before = open_descriptors()
    with pytest.raises(SelfTestFailed, match=rf"^yara/tests/pe/new\.toml: {said}"):
        run(with_tests(text))
    assert open_descriptors() == before


async def test_a_zygote_refuses_a_rule_that_its_folder_never_tries(tmp_path: Path) -> None:
    """It compiles and matches its sample, but not in the bench, as all rules there are larger."""
    rules = tmp_path / "rules"
    rules.mkdir()
    for name in ("types.toml", "passwords.txt", "members.txt"):
        (rules / name).symlink_to(RULES / name)
    (rules / "yara" / "tests").mkdir(parents=True)
    (rules / "yara" / "new.yar").write_text(RULE.replace("1MB", "10"))
    (rules / "yara" / "tests" / "new.toml").write_text(
        '[MAL_Worm_New_Nov26]\nhits = ["an unmistakable text"]\nspares = ["another"]\n'
    )
    pool = ScanPool(rules, LIMITS, WorkerSettings(count=1))
    with pytest.raises(ZygoteFailed, match="MAL_Worm_New_Nov26: the rule does not find"):
        await pool.start()
    (rules / "yara" / "new.yar").write_text(RULE)
    await pool.start()
    await pool.stop()
