"""What a file really is: structure first, libmagic for the rest."""
