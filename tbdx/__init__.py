"""A province's yearly report on the digital transformation of its press agencies."""

import os

# Workbooks come from outside. openpyxl takes lxml where it is installed, which python-docx needs;
# without this it would no longer read them by defusedxml, and would write other bytes.
os.environ.setdefault("OPENPYXL_LXML", "False")
