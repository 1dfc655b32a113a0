"""The commands of `python -m tbdx`, each a use case of the service said in words or JSON.

reports     workbooks in: check, import, blank forms
figures     indicators, exports, scenarios
changes     what has changed since an earlier revision
finding     search by words
rounds      who has sent what, versions and their differences
review      what becomes of it: accept, return, receipts
office      closed years, addresses, reminders
register    the agencies over time
amendments  versions of the plan, corrections to filed figures
record      the record of everything: list, export, verify
doctoring   whether a configuration and a running site are sound
keeping     backups: made, checked, restored; a store moved to another database

A command's module imports the service only when the command runs, so that
help comes without loading pandas, the database and the workbooks' libraries.
"""
