"""OLE compound files ([MS-CFB]) and what Office keeps in them."""
