"""The dashboard's frame: `streamlit run app.py`, or `python -m tbdx serve`."""

import streamlit as st

from tbdx.service import watching
from tbdx.settings import Settings
from tbdx.ui import gate, shell

if __name__ == "__main__":  # a visitor's run
    shell.run()
else:  # the server, which reads this file once
    watching.start(Settings())
    shell.prepare()
    app = st.App(
        __file__, middleware=gate.middleware(shell.admits), lifespan=gate.life(shell.close)
    )
