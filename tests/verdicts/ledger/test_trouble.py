"""A trouble is said when it begins, once a minute, and when it is over."""

from structlog.testing import capture_logs

from verdicts.ledger.trouble import REMIND_SECONDS, Trouble


def test_begin_reminders_and_end() -> None:
    now = 100.0
    trouble = Trouble("disk", lambda: now)
    with capture_logs() as lines:
        trouble.end()
        for count in range(300):
            trouble.say(OSError("full"), lost=count)
            now += 1
        assert (trouble.lasts, trouble.reason) == (True, "full")
        trouble.end(lost=300)
        trouble.end(lost=301)
        assert not trouble.lasts
    said = [(line["event"], line.get("seconds"), line.get("lost")) for line in lines]
    minute = int(REMIND_SECONDS)
    assert said == [
        ("disk", None, 0),
        *(("disk", n, n) for n in range(minute, 300, minute)),
        ("disk_over", 300, 300),
    ]
    assert {line["log_level"] for line in lines} == {"error"}
    assert isinstance(lines[0]["exc_info"], OSError)


def test_reason_names_no_place() -> None:
    trouble = Trouble("disk")
    trouble.say(OSError(28, "No space left", "/srv/douane/ledger.journal"))
    assert trouble.reason == "No space left"
