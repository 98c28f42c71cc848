"""The 65 items of the conformance suite: what must hold, and where that is written.

A test belongs to the item whose number stands in its name: `test_item_24_…`.
"""

from dataclasses import dataclass

HEAD = "Request line and head"
ENCAPSULATED = "Encapsulated"
BODY = "Chunks, preview, 100 Continue"
ANSWERS = "Answers"
OPTIONS = "OPTIONS"
CONNECTION = "Connection"


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    section: str
    rule: str
    """What must hold, in a sentence."""
    source: str
    """Sections of RFC 3507 (§) or of another document; a client's name where its needs made it."""


def _items(section: str, first: int, *rows: tuple[str, str]) -> list[Item]:
    return [Item(first + at, section, rule, source) for at, (rule, source) in enumerate(rows)]


ITEMS: tuple[Item, ...] = (
    *_items(
        HEAD,
        1,
        ("OPTIONS, REQMOD and RESPMOD on `icap://host[:port]/path[?query]` are served; "
         "method names are case-sensitive", "§4.2, §4.3"),
        ("An unknown method is answered 501", "§4.3.3"),
        ("A version other than ICAP/1.0 is answered 505", "§4.3.3"),
        ("A method that the service does not offer is answered 405, with ISTag", "§4.3.3, §4.7"),
        ("An unknown service is answered 404; the usual names of other servers are known",
         "§4.3.3"),
        ("A malformed request line is answered 400, the connection closed, the server unharmed",
         "§4.3.3"),
        ("A relative URI is refused or served, never misread; any host name and port, or none, "
         "will do", "§4.2"),
        ("A missing Host is refused by a strict server, tolerated by any other", "§4.3.1"),
        ("Long lines, long heads and many fields are refused", "§4.3.3, RFC 9110 §5.4"),
        ("A head that comes too slowly is answered 408; that is another time limit than that of "
         "an idle connection", "§4.3.3"),
        ("Lines that end in a bare LF are treated alike in head, chunk line and trailer",
         "RFC 9112 §2.2"),
        ("Transfer-Encoding and Content-Length of the ICAP head frame nothing", "§4.4, errata"),
        ("A folded header line is joined or refused, never a field of its own", "RFC 9112 §5.2"),
        ("Encapsulated, Preview or Host given twice with different values is answered 400",
         "RFC 9110 §5.3"),
        ("`Connection: close` is understood with any blanks, in any case, in a list",
         "RFC 9110 §7.6.1"),
    ),
    *_items(
        ENCAPSULATED,
        16,
        ("OPTIONS may lack Encapsulated; REQMOD and RESPMOD without it are answered 400",
         "§4.4.1, §4.10.1"),
        ("Only the lists of parts that the method allows are taken", "§4.4.1"),
        ("Offsets begin at 0, do not fall, are plain digits and bounded", "§4.4.1"),
        ("Blanks around `,` and `=` are optional", "§4.4.1"),
        ("An offset that is not the end of an encapsulated head is answered 400", "§4.4.1"),
        ("With null-body nothing is awaited, whatever Preview says", "§4.4.1, §4.5"),
        ("Encapsulated heads come back byte for byte; Proxy-Authorization of the ICAP head never "
         "gets into them", "§4.4.2, §7.1"),
        ("An empty req-hdr part is tolerated", "ownCloud"),
    ),
    *_items(
        BODY,
        24,
        ("A chunk size has 1 to 16 hex digits; a sign, 0x or an overflow is answered 400",
         "RFC 9112 §7.1"),
        ("Chunk extensions are ignored on every chunk, up to a length", "RFC 9112 §7.1.1"),
        ("Chunk data without CRLF behind it is answered 400, and the connection closed",
         "RFC 9112 §7.1"),
        ("`0; ieof` ends the body: no 100 Continue follows", "§4.5"),
        ("After a preview without ieof the server answers, or asks for the rest and reads it",
         "§4.5"),
        ("A preview may be shorter than announced; a longer one is refused or capped", "§4.5"),
        ("ieof outside a preview is an ordinary end", "Traffic Server"),
        ("100 Continue comes only after the whole preview, and bare", "§4.5"),
        ("Trailers are read over, bounded, and never taken for a request", "RFC 9112 §7.1.2"),
        ("A repeated last chunk does not spoil the next request", "Axway"),
        ("A client that leaves at any byte of a request leaves nothing behind", "operation"),
    ),
    *_items(
        ANSWERS,
        35,
        ("204 only to a preview or with `Allow: 204`; otherwise the message comes back byte for "
         "byte", "§4.6"),
        ("After 100 Continue 204 needs `Allow: 204`", "§4.5, §4.6"),
        ("206 only with `Allow: 206`, with an exact use-original-body",
         "draft-icap-ext-partial-content"),
        ("A RESPMOD 200 has res-hdr, a REQMOD 200 req-hdr or res-hdr; the body marker is true",
         "§4.4.1, §4.8, §4.9"),
        ("Every final answer has an ISTag: a quoted string of at most 32 bytes", "§4.7"),
        ("The ISTag depends on rules, policy and databases alone, and is the same everywhere",
         "§4.7"),
        ("Error answers have a phrase, `Encapsulated: null-body=0`, and announce the close",
         "§4.3.3, §4.4.1"),
        ("Nothing follows the end of a message", "Squid"),
        ("After an answer that came before the end of the body the rest is read over, or the "
         "connection closed in order", "§4.5"),
        ("A body beyond the limit is ruled on, not answered 413; every error status is reachable",
         "§4.3.3, Squid"),
        ("A failed or late scan is a block page, a 500 or a stated pass: never a silent 204",
         "operation"),
        ("An answer's head has at most 8 KiB, is ASCII, and has a colon in each line", "g3proxy"),
        ("A clean answer has none of the infection fields", "toolarium"),
        ("X-Infection-Found has its form whatever an engine calls its finding",
         "draft-stecher-icap-subid"),
        ("A head is written at once; without a body Encapsulated is its last field, with one it "
         "is not", "egirna, ownCloud"),
        ("A changed message says so in Via, and may not be stored", "§4.4.2, RFC 9110 §7.6.3"),
        ("Responses without a body (HEAD, 304, 1xx, 204, 205) pass untouched", "RFC 9110 §6.4.1"),
        ("CONNECT is answered, twice if asked twice; a blocked one with an encapsulated 403",
         "Squid"),
    ),
    *_items(
        OPTIONS,
        53,
        ("All fields of an OPTIONS answer are there and right", "§4.10.2"),
        ("OPTIONS in any form is answered, and hangs nobody", "§4.10.1"),
        ("OPTIONS is answered within 50 ms while every scanner is busy", "Squid"),
        ("Max-Connections is what is enforced; one more waits or hears 503, and is never reset",
         "§4.10.2"),
        ("What OPTIONS says changes with the settings, at once", "§4.7, §4.10.2"),
    ),
    *_items(
        CONNECTION,
        58,
        ("A connection carries many requests; pipelined ones are answered in order, or the "
         "connection is closed cleanly", "§4.1"),
        ("An idle connection is closed between requests, not within an answer, and later than "
         "Squid would", "§4.1"),
        ("`Connection: close` is answered with the same, and the close follows the whole answer",
         "§4.1, ownCloud, Nextcloud"),
        ("On a stop running requests end properly, with the rules they began under", "operation"),
        ("Bodies of simultaneous connections never mix", "operation"),
        ("ICAPS: TLS 1.2 and newer; plain bytes on its port fail at once", "§7.2"),
        ("Nothing of one request is seen in another; an HTTP range counts as a part",
         "RFC 9110 §14"),
        ("Memory is bounded whatever sizes are claimed", "operation"),
    ),
)  # fmt: skip
