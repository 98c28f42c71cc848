"""Whoever starts one of these starts nothing: every word is a comment."""

import base64

from samples.worms_scripts import BATCH, CODED, COOLNOW, PLAIN, worm_scripts

FOUND = {specimen.name: specimen for specimen in worm_scripts()}


def test_the_page_is_one_comment() -> None:
    inside = COOLNOW.split("<!--")[1].split("-->")[0]
    assert COOLNOW.replace(f"<!--{inside}-->", "") == "<html><body></body></html>\n"


def test_commands_are_remarks() -> None:
    assert PLAIN.startswith("/c rem ")
    assert BATCH.startswith("@echo off & rem ")
    assert BATCH.count("\n") == 1


def test_the_coded_command_is_a_comment_of_powershell() -> None:
    inside = base64.b64decode(CODED).decode("utf-16-le")
    assert inside.startswith("# ")
    assert "\n" not in inside
    arguments = f"/c rem powershell -e {CODED}".encode("utf-16-le")
    assert arguments in FOUND["RES-20250930_114418.lnk"].data


def test_each_is_what_its_name_says() -> None:
    for name, specimen in FOUND.items():
        assert specimen.data.startswith(b"L\0\0\0") == name.endswith(".lnk")
        assert specimen.expected[-1].startswith("MAL_Worm_")
