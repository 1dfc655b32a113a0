"""Texts from outside as Streamlit's markdown shows them: letter by letter."""

from __future__ import annotations


def escape(text: str) -> str:
    """The text with nothing in it that markdown would take as formatting."""
    for character in "\\`*_{}[]<>#|~$:":
        text = text.replace(character, f"\\{character}")
    return text
