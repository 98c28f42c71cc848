"""ZIP archives: directory, structure, members."""
