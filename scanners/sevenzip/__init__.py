"""7z archives: their headers, their encryption, and what is read of their members."""
