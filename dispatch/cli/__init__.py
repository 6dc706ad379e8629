"""The command `jemput`."""
