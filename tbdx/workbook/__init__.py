"""Excel in and out: the yearly form, its reader, the target appendix, exported tables."""

from tbdx.workbook.reader import SubmissionReader
from tbdx.workbook.template import form_file_name, write_form

__all__ = ["SubmissionReader", "form_file_name", "write_form"]
