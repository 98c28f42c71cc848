"""What is decided before the content comes: only what no content could change."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import Level
from tests.verdicts.policy_cases import ALLOW, BLOCK, DOWNLOAD, PE, SHIPPED, UPLOAD, found
from verdicts.clause import Clause, Mode, Weights
from verdicts.model import Action, Transfer
from verdicts.policy import Policy

NAME = '[[clause]]\nname = "name"\naction = "block"\nfile_name = "*.jpg"\n'
EXEMPT = '[[clause]]\nname = "exempt"\naction = "allow"\ndeclared_type = "image/*"\n'
BAD = '[[clause]]\nname = "bad"\naction = "block"\nlevel = "malicious"\n'
BAD_UPLOAD = BAD + 'direction = "upload"\n'
WATCHED = NAME.replace('"name"', '"watched"') + 'mode = "monitor"\n'
OTHER = NAME.replace('"name"', '"other"').replace("jpg", "exe")
LARGE = '[[clause]]\nname = "large"\naction = "block"\nsize = "> 1 GiB"\n'
PROGRAM = '[[clause]]\nname = "program"\naction = "block"\nprogram = true\n'
TYPE = '[[clause]]\nname = "type"\naction = "allow"\ntrue_type = "jpeg"\n'
SITE = '[[clause]]\nname = "site"\naction = "block"\nhost = "files.example"\n'


def read(folder: Path, text: str, *, default: str = "block", observe: bool = False) -> Policy:
    shutil.copy(SHIPPED.with_name("types.toml"), folder)
    (folder / "policy.toml").write_text(f'default = "{default}"\n{text}')
    return Policy.read(folder / "policy.toml", observe=observe)


@pytest.mark.parametrize(
    "text, clause",
    [
        (NAME + BAD, "name"),
        (EXEMPT + NAME, "exempt"),
        (OTHER + NAME + BAD, "name"),
        (BAD_UPLOAD + NAME, "name"),
        ("", "default"),
        (OTHER, "default"),
        (BAD + NAME, None),
        (LARGE + NAME, None),
        (PROGRAM + NAME, None),
        (TYPE + NAME, None),
        (WATCHED + NAME, None),
        (OTHER + BAD, None),
    ],
)
def test_who_decides_before_the_content(tmp_path: Path, text: str, clause: str | None) -> None:
    ruling = read(tmp_path, text).decide_early(DOWNLOAD)
    assert (ruling and ruling.clause) == clause
    if ruling:
        assert ruling.verdict.level is Level.UNKNOWN, "a gap is never clean"
        assert ruling.enforced


def test_who_only_watches_wants_to_see_all(tmp_path: Path) -> None:
    assert read(tmp_path, NAME, observe=True).decide_early(DOWNLOAD) is None
    bypass = 'bypass_hosts = ["files.example"]\n'
    ruling = read(tmp_path, bypass + NAME, observe=True).decide_early(DOWNLOAD)
    assert ruling is not None
    assert (ruling.action, ruling.clause) == (ALLOW, "bypass")


@pytest.mark.parametrize("default", [ALLOW, BLOCK])
def test_the_default_decides_if_nothing_else_can(tmp_path: Path, default: Action) -> None:
    ruling = read(tmp_path, OTHER, default=default).decide_early(DOWNLOAD)
    assert ruling is not None
    assert (ruling.action, ruling.clause) == (default, "default")


HEADS = [lambda case: True, lambda case: False]
clauses = st.builds(
    Clause,
    st.sampled_from(["a", "b", "c", "d"]),
    st.sampled_from([ALLOW, BLOCK]),
    st.sampled_from(Mode),
    st.sampled_from([Weights(), Weights(), Weights(frozenset({Level.CLEAN}))]),
    st.lists(st.sampled_from(HEADS), max_size=2).map(tuple),
    st.sampled_from([(), (lambda case: case.size > 100,)]),
).filter(lambda clause: clause.mode is Mode.ENFORCE or clause.action is BLOCK)
verdicts = st.sampled_from([found(), found("encrypted"), found("crashed", types=PE)])


@given(st.lists(clauses, max_size=5), verdicts, st.sampled_from([0, 1000, math.inf]))
def test_whatever_comes_of_the_content_the_ruling_is_the_same(
    made: list[Clause], verdict: object, size: float
) -> None:
    plain = Policy.read(SHIPPED)
    policy = Policy.of(replace(plain.file, clauses=tuple(made)), monitors=False)
    early = policy.decide_early(DOWNLOAD)
    if early is not None:
        late = policy.decide(verdict, DOWNLOAD, size)  # type: ignore[arg-type]
        assert (early.action, early.clause) == (late.action, late.clause)


TUNNEL = replace(UPLOAD, host="files.example", url="files.example:443", file_name="")
VIDEO = '[[clause]]\nname = "v"\naction = "block"\ndeclared_type = "*"\nhost = "files.example"\n'
UPLOADS = SITE + 'direction = "upload"\n'
FRIEND = SITE.replace("site", "friend").replace("block", "allow")


@pytest.mark.parametrize(
    "text, clause",
    [
        (SITE, "site"),
        (BAD + SITE, "site"),
        (SITE.replace("host", "url").replace("files.example", "files.example:*"), "site"),
        (SITE.replace('host = "files.example"', 'client_ip = "192.0.2.0/24"'), "site"),
        (FRIEND + SITE, None),
        (SITE.replace("files", "other"), None),
        (UPLOADS, None),
        (VIDEO, None),
        ('[[clause]]\nname = "all"\naction = "block"\n', None),
        (SITE + 'level = "clean"\n', None),
        (SITE + 'mode = "monitor"\n', None),
        ('bypass_hosts = ["files.example"]\n' + SITE, None),
        ("", None),
    ],
)
def test_which_clause_blocks_a_tunnel(tmp_path: Path, text: str, clause: str | None) -> None:
    ruling = read(tmp_path, text).decide_tunnel(TUNNEL)
    assert (ruling and (ruling.clause, ruling.action)) == (clause and (clause, BLOCK))


def test_an_observer_notes_a_tunnel_and_lets_it_pass(tmp_path: Path) -> None:
    ruling = read(tmp_path, SITE, observe=True).decide_tunnel(TUNNEL)
    assert ruling is not None
    assert (ruling.action, ruling.wanted, ruling.enforced) == (ALLOW, BLOCK, False)


@pytest.mark.parametrize("transfer", [DOWNLOAD, UPLOAD, TUNNEL])
def test_the_shipped_policy_decides_nothing_early(transfer: Transfer) -> None:
    shipped = Policy.read(SHIPPED)
    assert shipped.decide_early(transfer) is None
    assert shipped.decide_tunnel(transfer) is None
