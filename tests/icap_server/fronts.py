"""A front that shares nothing with others, for tests."""

import os
from contextlib import ExitStack

from icap_server.block_page import BlockPage, BlockPageSettings
from icap_server.client import Client
from icap_server.entrance import Entrance
from icap_server.front import Front
from icap_server.office import Office
from icap_server.profiles import Profiles
from icap_server.settings import AccessSettings
from icap_server.tally import Tally

LOCAL = Client("127.0.0.1")
PAGE = BlockPage(BlockPageSettings())


def build_front(office: Office, access: AccessSettings, ending: ExitStack) -> Front:
    tally = Tally.create(1)
    ending.callback(os.close, tally)
    entrance = Entrance.build(
        office.settings,
        access,
        tally=Tally(tally),
        profiles=Profiles(),
        workers=16,
        queue=256,
        others=8,
    )
    return Front(office, entrance)
