"""What codes, levels, reasons and actions mean, in a few words; docs/codes.md has the rest."""

from scanners.model import Code, DetectionLevel, Family, Level, Reason
from verdicts.model import Action

ACTIONS = {
    Action.ALLOW: "allowed",
    Action.BLOCK: "blocked",
    Action.HOLD: "held",
    Action.CUT: "cut off",
}
LEVELS = {
    Level.CLEAN: "Nothing was found, and everything was inspected.",
    Level.UNKNOWN: "Nothing bad was found, but a part could not be inspected: "
    "a gap is never called clean.",
    Level.SUSPICIOUS: "It is not what it pretends to be, or hides something.",
    Level.MALICIOUS: "It is known malware, or bears a mark of it.",
}
WEIGHTS = {
    DetectionLevel.INFO: "recorded; does not count against the file",
    DetectionLevel.SUSPICIOUS: "counts against the file",
    DetectionLevel.MALICIOUS: "makes the file malicious",
}
CODES = {
    Code.SIGNATURE_CLAMAV: "A ClamAV signature recognised it",
    Code.SIGNATURE_YARA: "A YARA rule recognised it",
    Code.HASH_BLOCKED: "Its hash is on the list of blocked files",
    Code.HASH_ALLOWED: "An analyst allowed this very file by its hash",
    Code.DISGUISE_EXTENSION: "The name says one kind of file, the content is another",
    Code.DISGUISE_MIME: "The declared type says one kind of file, the content is another",
    Code.DISGUISE_DOUBLE_EXTENSION: "A harmless extension stands before the real one",
    Code.DISGUISE_BIDI: "Invisible or turning characters in the name hide what it is",
    Code.DISGUISE_PADDING: "The name is stretched so that its end is out of sight",
    Code.DISGUISE_HOST_NAME: "A program is named like a web address",
    Code.DISGUISE_POLYGLOT: "The file is two things at once",
    Code.EMBEDDED_EXECUTABLE: "A program is hidden in something that is not one",
    Code.ARCHIVE_AMBIGUOUS: "Programs would unpack this archive in different ways",
    Code.ARCHIVE_BOMB: "It would expand beyond measure",
    Code.ARCHIVE_TRAVERSAL: "A member leads out of the folder it is unpacked to",
    Code.ARCHIVE_EXECUTABLE: "An archive holds a program under an honest name",
    Code.ARCHIVE_ENCRYPTED: "An archive is protected with a password",
    Code.ARCHIVE_ENCRYPTED_NAMES: "An archive is protected with a password, its names too",
    Code.DOCUMENT_ENCRYPTED: "A document is protected with a password",
    Code.DOCUMENT_MACRO: "A document carries macros or scripts",
    Code.DOCUMENT_EXTERNAL: "A document fetches something from elsewhere",
    Code.CONTAINER_SCRIPT: "A page or script builds a file by itself",
    Code.CONTAINER_DISK_IMAGE: "It is a disk image",
    Code.CONTAINER_SHORTCUT: "It is a shortcut",
    Code.OUTBREAK_FANOUT: "The same content spreads among many people",
}
REASONS = {
    Reason.PARTIAL: "only a piece of the file was transferred",
    Reason.STREAMING: "the response has no end, and was decided at its start",
    Reason.OPAQUE: "it is encrypted from end to end",
    Reason.ENCRYPTED: "it is protected with a password that nobody here knows",
    Reason.MALFORMED: "it is damaged, or made so that its contents cannot be listed",
    Reason.TOO_LARGE: "it is larger than what may be inspected",
    Reason.TOO_DEEP: "archives lie in archives, deeper than what may be inspected",
    Reason.TOO_MANY: "it holds more files than may be inspected",
    Reason.TIMED_OUT: "the inspection took too long",
    Reason.ENGINE_DOWN: "a scanner was not there",
    Reason.CRASHED: "a scanner failed on it",
}
FAMILIES = {
    Family.PROGRAM: "program",
    Family.IMAGE: "image",
    Family.DOCUMENT: "document",
    Family.AUDIO: "sound",
    Family.VIDEO: "film",
    Family.ARCHIVE: "archive",
    Family.TEXT: "text",
    Family.DATA: "data",
}
