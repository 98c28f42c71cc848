"""What tests do with an inspecting exchange: feed it, and read its reply."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from icap_server.inspection import InspectExchange
from icap_server.office import Office
from icap_server.replies import Reply
from icap_server.wire.connection import ServerConnection
from icap_server.wire.events import RequestHead
from verdicts.policy import Policy
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, ScriptedInspection

    Ask = Callable[..., Question]

MakeOffice = Callable[..., Office]
BODY = bytes(range(256)) * 3
LIMIT = 1000


def read_head(question: "Question") -> RequestHead:
    head = ServerConnection().receive(question.wire)[0]
    assert isinstance(head, RequestHead)
    return head


async def judge(exchange: InspectExchange, body: bytes, *, whole: bool = True) -> Reply:
    for at in range(0, len(body), 300):
        if exchange.take(memoryview(body[at : at + 300])):
            break
    else:
        if whole:
            exchange.end()
    return exchange.reply_now(close=False) or await exchange.reply(close=False)


def echoed(reply: Reply) -> bytes:
    assert reply.status == 200
    assert reply.body is not None
    assert b"403 Forbidden" not in reply.head
    return b"".join(reply.body)


def set_policy(inspection: "ScriptedInspection", space: SpoolSpace, text: str) -> None:
    path = space.folder / "policy.toml"
    path.write_text(text)
    inspection.shift.policy = Policy.read(path)
