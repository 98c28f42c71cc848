"""Disk images: file systems in files, which a double click mounts."""
