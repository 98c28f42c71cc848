"""What exchanges share."""

from tests.icap_server.exchanges import MakeOffice


def test_pieces_are_joined_only_where_there_is_room_for_them(make_office: MakeOffice) -> None:
    assert make_office().pieces is None
