"""What a reader of documents found, before a scanner says where."""

from dataclasses import dataclass

from scanners.model import Code, Detection, DetectionLevel


@dataclass(frozen=True, slots=True)
class Finding:
    """One sight in a document.  Equal ones count once."""

    code: Code
    word: str
    said: str
    """For a person.  May quote the document: untrusted, and cut to a bearable length."""
    harmless: bool = False

    @property
    def kind(self) -> tuple[Code, str, bool]:
        """What it has in common with others of which a few are enough."""
        return self.code, self.word, self.harmless

    def detection(self, scanner: str, path: tuple[str, ...]) -> Detection:
        level = DetectionLevel.INFO if self.harmless else DetectionLevel.SUSPICIOUS
        return Detection(self.code, scanner, self.word, level, path, self.said)


def quote(text: str, most: int = 200) -> str:
    """Return untrusted text as a detail may hold it: printable, and not endless."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: most + 1])
    return shown if len(shown) <= most else shown[:most] + "…"
