"""Who has sent what and when: the matrix, the reviewer's desk, the versions of a report."""

import streamlit as st

from tbdx.ui import matrix, reviews, shell, told, versions

page = shell.require()
st.title(page.text("Submissions"))
told.show()
matrix.due_lines(page)

part = matrix.pick_part(page)
if part == "review":
    reviews.show(page)
elif part == "history":
    versions.show(page)
else:
    matrix.show(page)
