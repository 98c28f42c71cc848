"""HTTP heads -> Transfer: direction, names, declared type, channel, user.  Never content."""
