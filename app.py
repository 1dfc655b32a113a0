"""The dashboard's frame: `streamlit run app.py`, or `python -m tbdx serve`."""

from tbdx.ui import shell

shell.run()
