"""Disguise: what names and declared types say, against what a file is; tricks in names."""
