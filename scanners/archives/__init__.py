"""Archives and compressed files other than ZIP, RAR and 7z: what lies in them."""
