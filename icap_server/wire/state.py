"""What may happen next on a connection: one table, so that it can be read, tested and drawn.

Everything that changes the state of a connection is a row here.  A final reply while the client
still sends its body is not in the table on purpose: the session then closes the connection
(RFC 3507 §4.5 lets a client go on sending until it reads the reply).
"""

from enum import Enum

from icap_server.wire.errors import ProtocolError


class State(Enum):
    IDLE = "between requests"
    PREVIEW = "sending the preview"
    WAITING = "waiting for 100 Continue"
    BODY = "sending the body"
    DONE = "request complete"

    __hash__ = object.__hash__  # Enum's own is Python code, and the table is asked all the time


class Step(Enum):
    HEAD = "head without body"
    HEAD_PREVIEW = "head with preview"
    HEAD_BODY = "head with body"
    PREVIEW_END = "end of preview"
    END = "end of body"
    CONTINUE = "our 100 Continue"
    NEXT = "our reply sent"

    __hash__ = object.__hash__


MOVES = {  # RFC 3507 §4.5
    State.IDLE: {
        Step.HEAD: State.DONE,
        Step.HEAD_PREVIEW: State.PREVIEW,
        Step.HEAD_BODY: State.BODY,
    },
    State.PREVIEW: {
        Step.PREVIEW_END: State.WAITING,
        Step.END: State.DONE,  # "ieof": nothing more will come
    },
    State.WAITING: {
        Step.CONTINUE: State.BODY,
        Step.NEXT: State.IDLE,  # a final reply to the preview: the rest is never sent
    },
    State.BODY: {Step.END: State.DONE},
    State.DONE: {Step.NEXT: State.IDLE},
}


def advance(state: State, step: Step) -> State:
    """Return the state after `step`; a step the table lacks breaks the protocol."""
    try:
        return MOVES[state][step]
    except KeyError:
        raise ProtocolError(f"{step.value} while {state.value}") from None
