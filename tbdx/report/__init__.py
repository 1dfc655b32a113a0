"""The official reports: what they say, how the decree wants them laid out, as Word and as PDF."""
