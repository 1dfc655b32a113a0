"""The dashboard's frame: `streamlit run app.py`, or `python -m tbdx serve`."""

from tbdx.service import watching
from tbdx.settings import Settings
from tbdx.ui import shell

watching.start(Settings())
shell.run()
