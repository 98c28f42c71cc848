"""Mail: opened within the budget, and a planted part behind hostile ones is found.

Input: a mail.  The boundary of the planted part is "b".
"""

from scanners.mail import MailScanner
from scanners.model import Content
from scanners.multipart import MultipartScanner
from scanners.uuencode import UuencodeScanner
from tests.fuzz.tree import PROGRAM, examine_twice, require_program

SCANNERS = (MultipartScanner(), MailScanner(), UuencodeScanner())
MAIL = "message/rfc822"
HEADER = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"


def fuzz_one(data: bytes) -> None:
    examine_twice(Content(memoryview(data), declared_type=MAIL), *SCANNERS)
    examine_twice(Content(memoryview(data), name="letter.eml"), *SCANNERS)
    planted = HEADER + data + b"\r\n--b\r\n\r\n" + PROGRAM + b"\r\n--b--\r\n"
    require_program(Content(memoryview(planted), declared_type=MAIL), *SCANNERS)
