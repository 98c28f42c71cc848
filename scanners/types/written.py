"""Which types are text, whatever it is used for: what is written in them can be read."""

WRITTEN = frozenset(
    """text json html xml svg script theme iqy slk url scf desktop rdp reg inf jnlp clickonce
    appinstaller msc library_ms search_ms settingcontent_ms""".split()
)
