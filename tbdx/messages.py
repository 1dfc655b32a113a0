"""The words for every code: findings, errors, statuses, reasons, answers.

A finding's text says where, what was found, what was expected, what to do.
docs/findings.md lists them all; a test keeps both in step.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tbdx.access import Needed, Right, Role
from tbdx.i18n import N_, Language
from tbdx.model import (
    Action,
    CellState,
    Fault,
    Finding,
    Hindrance,
    MediaType,
    Order,
    Phase,
    Reason,
    RecordFault,
    ReviewState,
    SetBack,
    Severity,
    Status,
    TbdxError,
    Verdict,
)
from tbdx.plan import Plan

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
"""Where moments in errors are told, whatever the plan: all of Viet Nam has one time zone."""

FINDINGS: dict[str, str] = {
    # the file
    "empty-file": N_("The file is empty (0 bytes). Send it again from your computer."),
    "not-a-workbook": N_(
        "The file cannot be read as an Excel workbook ({found}). If it is a report, open it in Excel, save it as “Excel Workbook (*.xlsx)” and send that file; if not, leave it out."
    ),
    "password-protected": N_(
        "The workbook is protected by a password. Remove the password (File – Info – Protect Workbook) and send it again."
    ),
    "reading-stopped": N_(
        "Reading the file was stopped ({found}): it takes far more time or memory than a report does, or is damaged. Copy the answers into the blank form and send that."
    ),
    "hidden-sheet": N_(
        "The sheet “{found}” is hidden and was not read. Unhide it if it holds figures of this report."
    ),
    "macros-ignored": N_(
        "The workbook holds macros. They were not run; only the values of its cells were read. Save it as “Excel Workbook (*.xlsx)” next time."
    ),
    "old-font": N_(
        "“{found}” is typed in an old font (TCVN3 or VNI), as other cells of this sheet may be; it was read as “{expected}”. Nothing to do if that is right; use a Unicode font next time."
    ),
    "too-many-findings": N_(
        "There are more than {found} findings; the others are not listed. Correct these, or use the blank form, and send it again."
    ),
    "sheet-too-large": N_(
        "The sheet claims {found} cells (rows × columns), far more than a report has. Delete the empty rows and columns below and beside the table, save and send it again."
    ),
    "missing-sheet": N_(
        "No sheet with the report was found; the sheets are: {found}. Expected the sheet “{expected}” of the yearly form, or the consolidated table with its heads. Use the blank form of this year."
    ),
    "no-report": N_(
        "The heads are there, but no row holds a report. Fill in at least one agency and year."
    ),
    "baseline-not-used": N_(
        "The base year's figure is given as {found}; what is computed with is the sum of the merged agencies, {expected}. If the sum is wrong, correct the reports of those agencies."
    ),
    "file-not-found": N_("The file cannot be opened ({found}). Check its name and place."),
    "several-forms": N_(
        "More than one sheet holds a yearly form: {found}. Keep only this year's sheet of one agency, and put the others into files of their own."
    ),
    "missing-optional-sheet": N_(
        "The sheet “{expected}” is not in the file; its rows count as not reported. Nothing to do if that is meant."
    ),
    "already-stored": N_(
        "This very file was accepted before ({found}). Accepting it again changes nothing."
    ),
    "replaces-report": N_(
        "A report is already stored ({found}: {expected}). If this one is accepted, it is used instead; the earlier one is kept."
    ),
    "estimate-after-final": N_(
        "Final figures are already stored ({found}: {expected}). This estimate would be kept, but the final figures stay in use."
    ),
    "repeated-report": N_(
        "Another file of this upload, {expected}, holds the same report ({found}). If both are accepted, this one counts, since it comes later. Take out the one that is not meant."
    ),
    "not-own-agency": N_(
        "The file reports for {found}. You may send reports for: {expected}. Send a file with your own report only."
    ),
    "returned-before": N_(
        "This very file was returned before ({found}: “{expected}”). Correct what was asked for, or say why it is sent again."
    ),
    "returned": N_(
        "The report was returned: “{found}”. Correct it, save the workbook and send it again."
    ),
    # beside the reports before it
    "baseline-changed": N_(
        "The base year's figure is {found} here, but was reported as {expected}. Find out which is right, and correct the other report."
    ),
    "amount-implausible": N_(
        "{found} million VND is more than a press agency earns (asked about from {expected}). Check that it is in millions, not in dong."
    ),
    "amount-jumped": N_(
        "Found {found}; last year's figure is {expected}. Check both figures and their unit, and say what explains the change."
    ),
    "answer-went-back": N_(
        "The answer is “no” here, but was “yes” for {expected}. Check both, and say what explains the change."
    ),
    "copied-forward": N_(
        "Every figure is the same as for {expected}, amounts included. Check that they were not copied from that report."
    ),
    # whose report it is
    "missing-year": N_(
        "The reporting year is missing. Expected a year of the plan ({expected}). Fill it in."
    ),
    "wrong-year": N_(
        "The reporting year is “{found}”. Expected a year of the plan ({expected}). Correct it."
    ),
    "year-mismatch": N_(
        "“{found}” names another year than the report, which is for {expected}. Correct the year, or use the blank form of {expected}."
    ),
    "missing-phase": N_(
        "It is not stated whether the figures are an estimate or final. Choose one of: {expected}."
    ),
    "wrong-phase": N_("“{found}” is no kind of figures. Choose one of: {expected}."),
    "missing-agency": N_("The agency is missing. Fill in one of: {expected}."),
    "unknown-agency": N_(
        "“{found}” is not a press agency of the plan in that year. Expected one of: {expected}. Correct the name."
    ),
    "agency-near": N_(
        "“{found}” is not a press agency of the plan in that year. Did you mean “{expected}”? Correct the name."
    ),
    "agency-not-in-force": N_(
        "“{found}” does not exist on that year's due date. The agencies of that year are: {expected}. Report for one of them."
    ),
    "agency-mismatch": N_(
        "The agency code “{found}” does not belong to the agency named, whose code is {expected}. Correct one of them."
    ),
    # rows and columns
    "missing-question": N_(
        "The row “{expected}” is missing. Put it back, or copy your answers into the blank form."
    ),
    "repeated-question": N_(
        "The row “{found}” stands twice, first at {expected}. Delete one of them."
    ),
    "unknown-question": N_(
        "The row “{found}” is none of the form's questions; its value was not read. Move it to the notes if it matters."
    ),
    "missing-column": N_("The column “{expected}” is missing. Add it, even if it stays empty."),
    "repeated-column": N_(
        "The column “{found}” stands twice, first at {expected}. Delete one of them."
    ),
    "unknown-column": N_(
        "The column “{found}” is not known and was not read. Correct its head if it should be."
    ),
    "repeated-row": N_(
        "{found}: this agency and year stand twice, first at {expected}. Delete one of the rows."
    ),
    # values
    "no-answer": N_(
        "There is no answer. It counts as missing, not as “no” or 0. Fill it in if it is known."
    ),
    "not-an-answer": N_("Found “{found}”. Expected one of: {expected}. Choose from the list."),
    "not-a-number": N_(
        "Found “{found}” where a number belongs (unit: {expected}). Type the number only; leave the cell empty if there is none."
    ),
    "ambiguous-number": N_(
        "“{found}” can be read in two ways (unit: {expected}). Type it as a number, with a comma only before decimals."
    ),
    "date-for-number": N_(
        "Found the date {found} where a number belongs (unit: {expected}). Excel turns a fraction such as 2/3 into a date. Type the number again."
    ),
    "range-for-number": N_(
        "Found the range “{found}” where one number belongs (unit: {expected}). Type the one number that holds."
    ),
    "fraction-for-number": N_(
        "Found the fraction “{found}” where one number belongs (unit: {expected}). Type the number that this question asks for."
    ),
    "percent-for-number": N_(
        "Found the percentage {found} where a number belongs (unit: {expected}). Type the number itself; set the cell's format to a number."
    ),
    "scaled-number": N_(
        "The cell's number format shows another unit than the number {found} has (expected unit: {expected}). Type the number in the expected unit, in a plain number format."
    ),
    "merged-value": N_(
        "“{found}” stands in a cell merged over several questions or reports. Unmerge it and give each its own value."
    ),
    "hidden-cell": N_(
        "The row or column is hidden; its value “{found}” was read. Unhide it and check that it belongs to this report."
    ),
    "linked-workbook": N_(
        "“{found}” comes from another workbook by a formula; the value saved last was read. Type it here if the other workbook may have changed."
    ),
    "number-as-text": N_(
        "“{found}” is a text; it was read as {expected}. Type it as a number if that is not right."
    ),
    "negative-number": N_("Found {found}. Expected {expected}. Correct it."),
    "number-too-large": N_(
        "Found {found}. Expected {expected}. Check the unit and correct the number."
    ),
    "not-whole": N_("Found {found}. Expected a whole number, {expected}. Correct it."),
    "cell-error": N_(
        "The cell shows the error {found}. Correct the formula, or type the value instead."
    ),
    "formula-without-value": N_(
        "The formula {found} has no stored result. Open the file in Excel, save it and send it again, or type the value."
    ),
    "wrong-unit": N_(
        "The amounts are said to be in “{found}”. Expected {expected}. Convert them, and correct the unit."
    ),
    "unit-doubtful": N_(
        "{found} is hundreds of times more or less than the base year's {expected}. Check that both are in million VND."
    ),
    "part-exceeds-whole": N_(
        "Found {found}, more than there can be: expected {expected}. Count people, not attendances, and correct one of the two."
    ),
    "total-differs": N_(
        "The total is {found}, but the parts add up to {expected}. Correct whichever is wrong."
    ),
    "not-a-state": N_("Found “{found}”. Expected one of: {expected}. Choose from the list."),
    # the target appendix
    "appendix-sheet-too-large": N_(
        "The sheet claims the area {found}. Expected some hundred cells. Delete the empty rows and columns and save again."
    ),
    "appendix-formula-without-value": N_(
        "The formula {found} has no stored result. Expected a value such as {expected}. Open and save the file in Excel, or type the value."
    ),
    "appendix-no-table": N_(
        "No table of targets was found. Expected a head with {expected}. Check that the head names the rows and the years."
    ),
    "appendix-no-target": N_(
        "No target could be read, though there is a table. Expected the titles of: {expected}. Check the titles and the cells under the years."
    ),
    "appendix-year-missing": N_(
        "There is no column for a year of the plan ({expected}). Add it if the plan sets targets for it."
    ),
    "appendix-row-missing": N_(
        "There is no row for the indicator “{expected}”. Add it, or check its title."
    ),
    "appendix-title-column-unclear": N_(
        "The table has no column of titles, or several ({found}). Name exactly one column “{expected}”."
    ),
    "appendix-head-unclear": N_(
        "The head “{found}” does not say clearly which year's target it holds. Write it as “{expected}”."
    ),
    "appendix-column-of-actuals": N_(
        "“{found}” holds actual figures and was not read. Rename it to “{expected}” if these are targets."
    ),
    "appendix-year-outside-plan": N_(
        "“{found}” is not a year of the plan ({expected}) and was not read. Correct the year."
    ),
    "appendix-row-unknown": N_(
        "“{found}” is not among the plan's indicators and was not read. Expected one of: {expected}. Correct the title if it is one of these; add it to indicators.toml if it is meant to be computed."
    ),
    "appendix-row-ambiguous": N_(
        "The title “{found}” fits several indicators: {expected}. Give the full title."
    ),
    "appendix-stt-disagrees": N_(
        "The row's number is {found}; by its title it is {expected}, and the title was followed. Correct the number."
    ),
    "appendix-value-unreadable": N_(
        "“{found}” cannot be read as a target. Expected a value such as “{expected}”. Type it again."
    ),
    "appendix-range": N_(
        "“{found}” is a range. Expected one value such as “{expected}”. Enter the value that counts."
    ),
    "appendix-ratio": N_(
        "“{found}” is a ratio of two parts, not a target. Expected one value such as “{expected}”. Enter the share that counts."
    ),
    "appendix-date": N_(
        "Excel turned a fraction or a number into a date ({found}). Expected a value such as “{expected}”. Type it again as text or as a percentage."
    ),
    "appendix-agencies-named": N_(
        "“{found}” names agencies; a target is a share of them. Expected a value such as: {expected}. Write the share that is meant."
    ),
    "appendix-qualitative": N_(
        "“{found}” states no number, so no target was read; the year is shown without a target for this row. Enter a value such as “{expected}” if one is meant."
    ),
    "appendix-fraction-read": N_(
        "“{found}” is a fraction; it was read as {expected}. Type the percentage if that is not right."
    ),
    "appendix-fraction-doubtful": N_(
        "The fraction “{found}” is not clearly a number of agencies out of all, or names more or fewer agencies than it counts. Expected a value such as: {expected}. Correct it."
    ),
    "appendix-bare-fraction": N_(
        "{found} has no percent sign, so it can mean {found}% or {expected}. Format the cell as a percentage."
    ),
    "appendix-share-out-of-range": N_(
        "The share is {found}. Expected {expected}. Correct the number or its format."
    ),
    "appendix-threshold-missing": N_(
        "“{found}” states no growth threshold. Expected a value such as “{expected}”. Add the threshold."
    ),
    "appendix-threshold-unexpected": N_(
        "“{found}” states a growth threshold, which this indicator does not have. Expected “{expected}”. Check the row."
    ),
    "appendix-hidden-decimals": N_(
        "The cell holds {found} but prints {expected}; the printed value was taken. Enter {expected} exactly."
    ),
    "appendix-target-repeated": N_(
        "The target {found} is given again; it stands already at {expected}. Delete one of the two."
    ),
    "appendix-targets-contradict": N_(
        "The target is {found} here but {expected} elsewhere, for the same indicator and year. Keep one."
    ),
}

FAULTS: dict[str, str] = {
    # the files of a plan's folder
    "file-missing": N_(
        "The file is not there. Copy it from another plan's folder and change what it says."
    ),
    "file-not-readable": N_(
        "The file cannot be read ({reason}). Close it in other programs and try again."
    ),
    "file-empty": N_("The file holds nothing. Its first line names the columns: {expected}."),
    "not-utf-8": N_(
        "The file is not saved as UTF-8, so Vietnamese letters would be lost. In Excel: File – Save As – “CSV UTF-8 (Comma delimited)”; in Notepad: Save As, encoding UTF-8. Then check the letters."
    ),
    "toml-syntax": N_(
        "This line cannot be read ({reason}). Check quotation marks, brackets and commas; a text stands in quotation marks."
    ),
    "quotation-marks": N_(
        "A quotation mark is opened here and not closed, or stands inside a cell. Put the whole cell in quotation marks and double those inside, or take them out."
    ),
    "column-unknown": N_("There is no column “{found}” in this file. Its columns are: {expected}."),
    "column-missing": N_(
        "The column “{found}” is missing. Add it to the first line, with a cell for it in every other line."
    ),
    "column-twice": N_("The column “{found}” stands twice. Delete one of the two."),
    "cell-count": N_(
        "The line has {found} cells, the head has {expected}. A text with a comma or semicolon stands in quotation marks; what is not known is an empty cell."
    ),
    "date-ambiguous": N_("“{found}” can be two days. Write the one that is meant: {expected}."),
    "not-a-date": N_("“{found}” is no date. Write it as 2025-03-17 (year-month-day)."),
    "not-a-number": N_("“{found}” is no number. Write the number alone, without words."),
    "value-missing": N_("A value is missing. Fill it in."),
    "key-unknown": N_("This is not known here. Check its spelling, or take it out."),
    "not-one-of": N_("“{found}” is not possible here. Possible: {expected}."),
    "not-an-id": N_(
        "“{found}” cannot be an id. Use small letters without diacritics and digits, parted by hyphens as in bao-vi-du; codes of indicators and questions by underscores as in so_nguoi."
    ),
    "number-outside": N_("{found} is beyond the limit {expected}. Correct the number."),
    "day-impossible": N_("There is no day {found} (day/month). Correct day or month."),
    "time-zone-unknown": N_("There is no time zone “{found}”. In Viet Nam it is Asia/Ho_Chi_Minh."),
    "value-wrong": N_("“{found}” cannot be used here ({reason})."),
    # what they say
    "repeated": N_(
        "“{found}” stands {times} times and may stand once. Change or delete the others."
    ),
    "years-reversed": N_(
        "The first year ({first}) is after the last ({last}). Correct one of the two."
    ),
    "year-outside": N_(
        "{found} is no year of the plan ({expected}). Correct the year, or first and last under [years] in plan.toml."
    ),
    "appendix-missing": N_(
        "The folder holds no file “{found}” with the targets. Put it there, or write the name of the right one. Excel files in the folder: {expected}."
    ),
    "rule-missing": N_(
        "The rule “{found}” is missing. Add a [[rule]] with this code; its value is one of: {expected}."
    ),
    "rule-wrong": N_("“{found}” is no value of this rule. Possible: {expected}."),
    "rule-unknown": N_("There is no rule “{found}”. The rules are: {expected}."),
    "word-missing": N_(
        "The form has no word for “{found}”. Name at least one; the form prints the first."
    ),
    "successor-unknown": N_(
        "The successor “{found}” is the id of no agency of this file. Correct it, or add the agency."
    ),
    "validity-reversed": N_(
        "Its first day ({first}) is after its last ({last}). Correct valid_from or valid_to."
    ),
    "successor-without-end": N_("It has a successor ({found}) but no last day. Fill in valid_to."),
    "own-successor": N_("It is its own successor in the end. Correct the column successor."),
    "media-type-unknown": N_(
        "“{found}” is no media type. Possible, several parted by a semicolon: {expected}."
    ),
    "agency-unknown": N_(
        "There is no agency with the id “{found}”. Correct the id, or add the agency."
    ),
    "indicator-unknown": N_(
        "“{found}” is the code of no indicator. The codes in indicators.toml: {expected}."
    ),
    "names-clash": N_(
        "It and “{other}” are both called “{found}” at the same time, so their reports could not be told apart. Change a name or an alias."
    ),
    "field-unknown": N_(
        "“{found}” is the name of no question in form.toml. Correct it, or add a [[field]] of this name there."
    ),
    "kind-lacks-fields": N_("An indicator of the kind {found} needs: {expected}."),
    "among-lacks": N_("“among” with the scope {found} needs: {expected}."),
    "condition-unclear": N_(
        "The condition on “{found}” needs either equals or at_least, and not both."
    ),
    # a change of the register
    "change-lacks": N_("The change lacks {found}."),
    "id-taken": N_("There is an agency of this id already. Choose another id."),
    "new-name-needed": N_("A new name is needed in Vietnamese and in English (name_vi, name_en)."),
    "merger-of-one": N_("At least two agencies merge into one. Choose another one."),
    "merger-needs-id": N_("The result of a merger needs an id of its own."),
    "not-in-existence": N_("It does not exist on {date}. Choose another day or another agency."),
    "ends-already": N_("It ends on {date} already."),
    "name-taken": N_(
        "“{found}” is the name of another agency that exists then. Choose another name."
    ),
}
"""What is wrong in a plan's files or in a change of its register; the place stands before it."""

ERRORS: dict[str, str] = {
    "sign-in-needed": N_(
        "TBDX can be reached at “{found}”, from other machines, but nobody signs in: whoever opens it could do everything. Set up sign-in (section [auth] of .streamlit/secrets.toml, see docs/serving.md), or open it on this machine at http://localhost:8501."
    ),
    "claims-incomplete": N_(
        "The sign-in went through, but the provider does not say “{found}” in its ID token, or not as expected. Nobody can come in that way. Tell the administrator; docs/sign-in.md says how the provider is set up."
    ),
    "settings-unreadable": N_(
        "The settings in “{found}” cannot be read ({reason}). Correct them there, and start again."
    ),
    "plan-invalid": N_(
        "The plan in “{folder}” has faults. Correct these lines of its files:\n{faults}"
    ),
    "unknown-agency": N_("There is no agency “{found}”. Choose one of: {expected}."),
    "unknown-indicator": N_("There is no indicator “{found}”. Choose one of: {expected}."),
    "scenario-unreadable": N_(
        "The scenario cannot be read at “{found}”. Expected there: {expected}. Nothing of it was applied: correct the link, or begin a new scenario."
    ),
    "unknown-year": N_("The plan does not cover the year {found}. Choose a year of {expected}."),
    "agency-not-in-year": N_(
        "{found} does not count in {year}. The agencies of that year are: {expected}."
    ),
    "agency-without-report": N_(
        "{found} has no report for {year}: none of its figures are in use, and it has not stated that it has nothing to report. Accept its report first."
    ),
    "agencies-without-report": N_(
        "No agency has a report for {year}, so there is nothing to write. Accept the agencies' reports first."
    ),
    "file-not-readable": N_(
        "The file “{found}” cannot be opened ({reason}). Check its name and place."
    ),
    "wrong-file-type": N_(
        "“{found}” is not a file that can be written. Choose a name that ends in {expected}."
    ),
    "store-away": N_(
        "The database cannot be reached at the moment, or has no room. Nothing was stored or changed. Try again in a few minutes; if it lasts, tell the administrator, who finds the reason with `python -m tbdx doctor`."
    ),
    "store-unavailable": N_(
        "The database {url} cannot be reached or does not answer ({reason}). Nothing was stored or changed. Check that it runs and that its address is right, then try again."
    ),
    "store-full": N_(
        "The disk of the database {url} is full ({place}: {free} MB free). Nothing of this was stored, and what was stored before is whole. Make at least {needed} MB of room there, then do it again."
    ),
    "server-full": N_(
        "The disk of the database server is full ({url}: {reason}). Nothing of this was stored, and what was stored before is whole. Have its administrator make room, then do it again."
    ),
    "store-newer": N_(
        "The database {url} was written by a newer version of this program (schema {found}, known here: {expected}). Update the program."
    ),
    "store-missing": N_(
        "There is no store at {url}, and none was created. Check the address (TBDX_DATABASE_URL)."
    ),
    "store-not-empty": N_(
        "The database {url} is not empty (there is something in the table “{table}”). Nothing in it was changed. Only an empty one is filled: name another with --into or --to."
    ),
    "store-later": N_(
        "The database {url} is empty, but has the tables of a later schema ({found}) than what it is to be filled with ({expected}). Nothing was changed. Name a database, or a file, in which this program was never started; it is brought up to date afterwards."
    ),
    "copy-not-exact": N_(
        "The table “{table}” holds a value that does not belong there, put in by hand ({reason}). Nothing was written. See “record verify”, and put it right first."
    ),
    "copy-refused": N_(
        "The database does not take a row of the table “{table}”: {reason} Nothing was changed. Fill a database of the kind that the rows come from."
    ),
    "copy-differs": N_(
        "The table “{table}” would not be the same in the database that is to be filled. Nothing was changed. Use the version of the program that wrote what is copied."
    ),
    "backup-not-one": N_(
        "“{found}” is no backup of this program. Choose a file that the command “backup” has written (*.tbdx-backup)."
    ),
    "backup-cut": N_(
        "The backup “{found}” does not end as it was written: it was cut short, or something was added to it. Nothing was restored. Copy it again from where it is kept, or take an earlier one."
    ),
    "backup-damaged": N_(
        "The backup “{found}” is damaged: its content is not what was written. Nothing was restored. Copy it again from where it is kept, or take an earlier one."
    ),
    "backup-inconsistent": N_(
        "The backup “{found}” was altered: its part “{part}” is not what the others say. Nothing was restored. Take another one."
    ),
    "backup-altered": N_(
        "The backup “{found}” was altered: {count} points of it are not what its record says, the first at {place}. Nothing was restored. Take another one."
    ),
    "backup-newer": N_(
        "The backup “{found}” was written by a newer version of this program ({product}). Nothing was restored. Update the program."
    ),
    "file-exists": N_(
        "“{found}” is there already, and is not written over. Choose another name, or name a folder: the file then gets a name of its own."
    ),
    "store-of-another-plan": N_(
        "The database holds reports of agencies that the plan “{plan}” does not have ({found}, …): it belongs to another plan. Each plan needs a database of its own: set TBDX_DATABASE_URL to another file. Nothing was changed."
    ),
    "not-acceptable": N_(
        "“{file}” has faults that must be corrected first, or holds no report. Nothing was stored."
    ),
    "nothing-stored": N_(
        "Nothing was stored, since {count} of {all} files cannot be accepted. Correct them, or add --valid-only to accept the others."
    ),
    "no-files": N_("There are no files in {found}. Check the folder."),
    "confirmation-needed": N_(
        "There are remarks on these files: {files}. Nothing was stored. Look at the remarks, then say in a few words that they are in order, and accept again."
    ),
    "unknown-document": N_("There is no stored file with the hash {found}. Check the hash."),
    "pdf-program-missing": N_(
        "A PDF is made by LibreOffice, which is not found on this machine ({found}). Install LibreOffice Writer, or set TBDX_SOFFICE to its program “soffice”; or take the report as a Word file and save that as PDF."
    ),
    "pdf-failed": N_(
        "LibreOffice did not turn the report into a PDF ({reason}). The report is unharmed: try again, or take it as a Word file and save that as PDF."
    ),
    "filter-not-in-table": N_(
        "The table “{table}” cannot be filtered by {found}. Leave that filter out, or choose another table."
    ),
    "folder-holds-other": N_(
        "The folder “{found}” holds something that is no open data of this program, or was changed since: {names}. Nothing was written. Choose an empty or a new folder."
    ),
    "file-not-writable": N_(
        "The file “{found}” cannot be written ({reason}). Check the folder, and whether the file is open in another program."
    ),
    "no-room-for-files": N_(
        "The file cannot be made: the folder for temporary files {place} takes nothing ({reason}). Make room there, or name another one (TMPDIR), then do it again. Nothing was changed."
    ),
    "reason-needed": N_(
        "A reason is needed, in a few words (found: “{found}”). Nothing was changed."
    ),
    "name-needed": N_("A name is needed: who does this? (found: “{found}”). Nothing was changed."),
    "source-needed": N_(
        "A source is needed: the letter, decision or person that the correction rests on (found: “{found}”). Nothing was changed."
    ),
    "decision-needed": N_(
        "The number of the decision that amends the plan is needed (found: “{found}”). Nothing was changed."
    ),
    "year-closed": N_(
        "The year {year} is closed ({by}, {at}). Nothing was changed. Open it by name and reason first."
    ),
    "closed-year-touched": N_(
        "The year {year} is closed, and its row {indicator} would change: {before} ({was}) → {after} ({becomes}). Nothing was changed. Open that year by name and reason first."
    ),
    "part-too-large": N_(
        "{part} cannot be more than {whole}: found {found}, expected at most {expected}. Nothing was changed. Correct the other figure first, if that is the wrong one."
    ),
    "not-allowed": N_(
        "Your role does not allow this (signed in as {person}; needed: {needed}). Nothing was changed. If it is your task, ask an administrator for the role."
    ),
    "not-admitted": N_(
        "You are signed in as {found}, but nobody has given you a role here yet. Ask an administrator to enter you with this address, and sign in again."
    ),
    "address-not-verified": N_(
        "You are signed in as {found}, but the identity provider does not say that it has verified this address, so it cannot be used to find you. Ask an administrator."
    ),
    "not-admitted-here": N_(
        "This store has people entered, and “{found}” is none of them. Expected in TBDX_USER (else the account's name): the id of a person entered here. Set it, or ask an administrator to enter you."
    ),
    "sign-in-expired": N_("Your sign-in has expired ({found}). Sign in again to go on."),
    "signed-out": N_("You have signed out, here or in another window. Sign in again to go on."),
    "unknown-person": N_(
        "Nobody is entered as “{found}”. The list of people shows the ids that there are."
    ),
    "person-exists": N_(
        "The id “{found}” was given before; it stays with whoever had it, also after they were removed. Choose another one."
    ),
    "person-id-not-possible": N_(
        "The id is “{found}”. Expected: 2 to 40 lower-case letters without accents, digits, dots, hyphens or underscores, beginning with a letter or digit, such as “lan.nguyen” or “cb03”."
    ),
    "address-taken": N_(
        "The address {found} is that of “{person}”. Nothing was changed. Give each person an address of their own."
    ),
    "last-administrator": N_(
        "Nobody would be left who can enter others: an administrator, with an address to sign in where there was one. Nothing was changed. Enter an administrator first."
    ),
    "role-needs-agency": N_(
        "The role of an agency needs at least one agency, and only that role has any (found: {found}). Nothing was changed."
    ),
    "role-needed": N_(
        "“{found}” needs at least one role. Nothing was changed. To take all roles away, remove the person."
    ),
    "year-open": N_("The year {year} is not closed. Nothing was changed."),
    "waiting-left": N_(
        "The year {year} cannot be closed: {count} reports wait for review. Accept or return them first."
    ),
    "wrong-state": N_(
        "The report is in the state “{found}” ({by}, {at}), so it cannot become “{expected}”. Nothing was changed. Load the page again to see how it stands."
    ),
    "changed-meanwhile": N_(
        "Somebody else changed the data meanwhile ({by}, {at}: {what}). Nothing was changed. Look again, then repeat it if it still fits."
    ),
    "already-chosen": N_(
        "This version was chosen already ({by}, {at}). Nothing was changed. Load the page again to see how it stands."
    ),
    "unknown-submission": N_("There is no submission {found}. Look its number up in the list."),
    "unknown-revision": N_(
        "What there was at revision {found} is not known. Choose one from {first} to {last}: the store keeps no earlier state, and there is no later one yet."
    ),
    "unknown-entry": N_(
        "There is nothing in force under the number {found}. Look it up in the list."
    ),
    "not-comparable": N_(
        "The submissions {found} and {expected} are not of the same agency and year. Choose two versions of one report."
    ),
    "received-in-future": N_(
        "The report cannot have arrived at {found}: now it is {expected}. Correct date and time."
    ),
    "nil-exists": N_(
        "It is stated already that {agency} has nothing to report for {year}. Nothing was changed."
    ),
    "nil-unknown": N_(
        "It was not stated that {agency} has nothing to report for {year}. Nothing was changed."
    ),
    "register-invalid": N_(
        "The register cannot be changed like this. Correct these points:\n{faults}"
    ),
    "register-has-reports": N_(
        "{agency} has reported for {year}, and would no longer count in that year. Nothing was changed. Choose another date, or return that report first."
    ),
    "amendment-faulty": N_(
        "“{file}” has faults, or holds no target. Nothing was adopted. Correct the cells named and read it again."
    ),
    "no-such-figure": N_(
        "{agency} has no figure in use for {year} in the field {field}. Choose another one."
    ),
    "value-not-possible": N_(
        "“{found}” is not possible for {field}, or is what is stated already. Enter the right value."
    ),
    "number-ambiguous": N_(
        "“{found}” can be read as {one} and as {other}. Write it without a point or comma between thousands, and with a comma before decimals (12,5)."
    ),
    "typed-ambiguous": N_(
        "“{found}” can be read in two ways. Write {one}, or {other} if that is what is meant."
    ),
    "typed-not-a-number": N_(
        "“{found}” is not a number as this page writes them. Write it like {expected}."
    ),
    "typed-out-of-bounds": N_("“{found}” is not possible here. Expected: {expected}."),
    "address-not-possible": N_(
        "“{found}” is no e-mail address that can be used. Expected one such as ten@coquan.vn, without accents or invisible characters."
    ),
    "unknown-choice": N_("“{found}” cannot be chosen here. Choose one of: {expected}."),
}

STATUSES: dict[Status, str] = {
    Status.EXCEEDED: N_("Exceeded"),
    Status.MET: N_("Met"),
    Status.NOT_MET: N_("Not met"),
    Status.NO_DATA: N_("No data"),
    Status.NO_TARGET: N_("No target"),
    Status.NOT_ASSESSABLE: N_("Not assessable"),
}

SYMBOLS: dict[Status, str] = {
    Status.EXCEEDED: "▲",
    Status.MET: "✓",
    Status.NOT_MET: "✗",
    Status.NO_DATA: "…",
    Status.NO_TARGET: "–",
    Status.NOT_ASSESSABLE: "?",
}

REASONS: dict[Reason, str] = {
    Reason.NONE: "",
    Reason.INCOMPLETE: N_("agencies are missing that could still turn the verdict"),
    Reason.NOTHING_ANSWERED: N_("nothing has been reported"),
    Reason.EMPTY_DENOMINATOR: N_("nobody is in the denominator"),
    Reason.NO_BASELINE: N_("the base year's figure is missing or zero"),
    Reason.TARGET_ENDED: N_("the plan sets no target for this year"),
    Reason.TARGET_ZERO: N_("the plan prints 0%, which asks for nothing"),
    Reason.NOT_ASSIGNED: N_("the plan gives this agency no target here"),
}

REVIEW_STATES: dict[ReviewState, str] = {
    ReviewState.WAITING: N_("Waiting for review"),
    ReviewState.ACCEPTED: N_("Accepted"),
    ReviewState.RETURNED: N_("Returned"),
}

CELL_STATES: dict[CellState, str] = {
    CellState.NOT_DUE: N_("Not due yet"),
    CellState.MISSING: N_("Missing"),
    CellState.OVERDUE: N_("Overdue"),
    CellState.WAITING: N_("Waiting for review"),
    CellState.RETURNED: N_("Returned"),
    CellState.ACCEPTED: N_("Accepted"),
    CellState.FINAL: N_("Final figures"),
    CellState.SUPERSEDED: N_("Superseded"),
    CellState.NIL: N_("Nothing to report"),
    CellState.NOT_NEEDED: N_("Not needed"),
    CellState.NOT_IN_FORCE: N_("Does not exist"),
}

CELL_SYMBOLS: dict[CellState, str] = {
    CellState.NOT_DUE: "·",
    CellState.MISSING: "○",
    CellState.OVERDUE: "✗",
    CellState.WAITING: "◐",
    CellState.RETURNED: "↩",
    CellState.ACCEPTED: "✓",
    CellState.FINAL: "✓✓",
    CellState.SUPERSEDED: "→",
    CellState.NIL: "∅",
    CellState.NOT_NEEDED: "–",
    CellState.NOT_IN_FORCE: " ",
}

ACTIONS: dict[Action, str] = {
    Action.CHECKED: N_("File checked"),
    Action.RECEIVED: N_("Report received"),
    Action.RECEIVED_AGAIN: N_("Same file received again"),
    Action.ACCEPTED: N_("Report accepted"),
    Action.RETURNED: N_("Report returned"),
    Action.REOPENED: N_("Report reopened"),
    Action.CHOSEN: N_("Version chosen"),
    Action.UNCHOSEN: N_("Choice of version ended"),
    Action.NIL_DECLARED: N_("Nothing to report"),
    Action.NIL_WITHDRAWN: N_("Nothing to report: withdrawn"),
    Action.YEAR_CLOSED: N_("Year closed"),
    Action.YEAR_OPENED: N_("Year opened"),
    Action.REGISTER_CHANGED: N_("Register changed"),
    Action.REGISTER_CHANGE_WITHDRAWN: N_("Register change withdrawn"),
    Action.PLAN_ADOPTED: N_("Amended plan adopted"),
    Action.PLAN_WITHDRAWN: N_("Amended plan withdrawn"),
    Action.ERRATUM_ADDED: N_("Correction entered"),
    Action.ERRATUM_WITHDRAWN: N_("Correction withdrawn"),
    Action.CONTACT_CHANGED: N_("Contact changed"),
    Action.EXPORTED: N_("Exported"),
    Action.REMINDED: N_("Reminder drafted"),
    Action.SIGNED_IN: N_("Session begun"),
    Action.SIGNED_OUT: N_("Signed out"),
    Action.PERSON_ADDED: N_("Person entered"),
    Action.PERSON_CHANGED: N_("Person changed"),
    Action.PERSON_BOUND: N_("First sign-in of a person"),
    Action.PERSON_REMOVED: N_("Person removed"),
    Action.TAKEN_OVER: N_("Taken over from an earlier program"),
    Action.RESTORED: N_("Store filled from a copy"),
}

RECORD_FAULTS: dict[str, str] = {
    "entry-missing": N_("Entry {place} is missing."),
    "entry-changed": N_("Entry {place} was changed by hand."),
    "chain-broken": N_("Entry {place} does not follow the one before it."),
    "row-changed": N_("{place} is not what its last entry says."),
    "row-missing": N_("{place} is gone, though the record says that it is there."),
    "row-unrecorded": N_("{place} is there, though no entry tells of it."),
    "document-changed": N_("The file with the hash {place} is not what was received."),
    "head-unknown": N_(
        "No entry has the code {place}. Compare it with the receipt, letter by letter: if it is typed right, the record was cut off or written anew since."
    ),
}

MEDIA: dict[str, str] = {
    MediaType.PRINT.value: N_("print"),
    MediaType.ELECTRONIC.value: N_("electronic"),
    MediaType.RADIO.value: N_("radio"),
    MediaType.TELEVISION.value: N_("television"),
}

PHASES: dict[Phase, str] = {Phase.ESTIMATE: N_("Estimate"), Phase.FINAL: N_("Final")}

ANSWERS: dict[str, str] = {
    "yes": N_("Yes"),
    "no": N_("No"),
    "na": N_("Not applicable"),
    "blank": N_("No answer"),
    "not_assessable": N_("Not assessable"),
}

SERIES: dict[str, str] = {
    "national": N_("National goal"),
    "body": N_("Goal in the plan's text"),
}
"""Where a reference goal is from; legal values: `plan.ReferenceGoal`."""

SERIES_IN_SENTENCE: dict[str, str] = {
    "national": N_("the national goal"),
    "body": N_("the goal in the plan's text"),
}

ORDERS: dict[Order, str] = {
    Order.ABOVE: N_("more"),
    Order.EQUAL: N_("as much"),
    Order.BELOW: N_("less"),
    Order.NOT_COMPARABLE: N_("something that cannot be compared"),
}
"""What the plan asks beside another goal, after "the plan asks …"."""

POSITIONS: dict[Order, str] = {
    Order.ABOVE: N_("above it"),
    Order.EQUAL: N_("level with it"),
    Order.BELOW: N_("below it"),
    Order.OPEN: N_("undecided (agencies are missing)"),
}
"""Where a result stands beside a goal, after "the result is …"."""

HINDRANCES: dict[Hindrance, str] = {
    Hindrance.NOT_APPLICABLE: N_("answered that it does not apply to it"),
    Hindrance.NO_BASELINE: N_("its revenue of the base year is missing or zero"),
    Hindrance.NO_HEADCOUNT: N_("how many people work there is not known"),
    Hindrance.GONE: N_("it no longer exists, and nobody speaks for it"),
}
"""Why an agency that does not fulfil an indicator cannot be counted on to."""

ROLES: dict[Role, str] = {
    Role.ANALYST: N_("Analyst"),
    Role.AGENCY: N_("Agency"),
    Role.READER: N_("Reader"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

ROLES_DO: dict[Role, str] = {
    Role.ANALYST: N_(
        "sees every report, decides on it, keeps years, register, plan and corrections"
    ),
    Role.AGENCY: N_(
        "sends and sees the reports of their own agencies; sees the province's results"
    ),
    Role.READER: N_("sees results and what was reported, and takes it out; changes nothing"),
    Role.ADMINISTRATOR: N_(
        "enters people, reads the record, keeps backups; decides nothing about reports"
    ),
}
"""What somebody of a role does here, in one line."""

RIGHTS: dict[Right, str] = {
    Right.RESULTS: N_("see the province's results and the plan"),
    Right.FIGURES: N_("see what agencies have reported"),
    Right.ROUNDS: N_("see who has sent what, and its versions"),
    Right.FILES: N_("open filed workbooks and receipts"),
    Right.SEND: N_("check and send reports"),
    Right.DECIDE: N_("accept, return and reopen reports"),
    Right.EXPORT: N_("take tables and reports out"),
    Right.OFFICE: N_("change years, register, plan, corrections and addresses"),
    Right.RECORD: N_("look things up in the record"),
    Right.PEOPLE: N_("decide who may sign in"),
    Right.KEEP: N_("back up, restore and move the store"),
}
"""What a right lets somebody do; after "needed: …"."""

SEVERITIES: dict[Severity, str] = {
    Severity.REMARK: N_("Remark"),
    Severity.BLOCKING: N_("Must be corrected"),
    Severity.UNREADABLE: N_("Unreadable"),
}

VERDICTS: dict[Verdict, str] = {
    Verdict.OK: N_("Ready to accept"),
    Verdict.REMARKS: N_("Ready to accept, with remarks"),
    Verdict.BLOCKING: N_("Must be corrected first"),
    Verdict.UNREADABLE: N_("Cannot be read"),
}

OLD_FORMAT = "old-format"
# What marking the faults in a workbook would lose of it; then there is only a list of them.
LOST: dict[str, str] = {
    "unreadable": N_("The file cannot be read, so nothing can be marked in it."),
    OLD_FORMAT: N_("The file is not an Excel workbook of the kind .xlsx, the only one to mark."),
    "macros": N_("The workbook holds macros, which would be lost."),
    "drawings": N_("The workbook holds pictures, shapes or charts, which would be lost."),
    "extensions": N_(
        "The workbook uses newer features of Excel (such as lists taken from another sheet, sparklines, slicers, pivot tables, threaded comments), which would be lost."
    ),
    "links": N_("The workbook takes values from other workbooks by formulas, which would be lost."),
    "large": N_("The workbook is too large for marking cell by cell."),
    "other": N_("The workbook holds something that would be lost or changed."),
}


def finding_text(finding: Finding, language: Language) -> str:
    """What was found, what was expected, what to do; the place stands beside it."""
    return language.text(
        FINDINGS[finding.code], found=finding.found or "–", expected=finding.expected or "–"
    )


def finding_sentence(finding: Finding, language: Language, plan: Plan) -> str:
    """The whole finding in one sentence, its place first."""
    place = _place_of(finding, language)
    if finding.field:
        place.append(field_label(finding.field, language, plan))
    text = finding_text(finding, language)
    return f"{', '.join(place)}: {text}" if place else text


def _place_of(finding: Finding, language: Language) -> list[str]:
    place = [language.text("sheet “{name}”", name=finding.sheet)] if finding.sheet else []
    if finding.cell:
        place.append(language.text("cell {address}", address=finding.cell))
    return place


def field_label(name: str, language: Language, plan: Plan) -> str:
    """A reported field in the reader's words."""
    form = plan.form
    question = form.question(name)
    if question:
        return question.label[language.code].format(
            year=language.text("the reporting year"), base_year=plan.years.base
        )
    items = (*form.tasks.item, *form.spending.item, *form.maturity.pillar, *form.texts.item)
    for item in items:
        if name == item.code:
            return item.label[language.code]
        if name == f"{item.code}_result":
            return language.text("{task} – result", task=item.label[language.code])
    return language.text(FURTHER_FIELDS.get(name, "")) or name


FURTHER_FIELDS = {
    "maturity_total": N_("Maturity: total score"),
    "maturity_level": N_("Maturity: level"),
    "maturity_version": N_("Maturity: version of the index"),
    "maturity_window": N_("Maturity: period assessed"),
}


def action_words(language: Language) -> dict[Action, str]:
    """All words by which a reader knows a kind of entry: its name, and the state it leads to."""
    states = {state.value: language.text(text) for state, text in REVIEW_STATES.items()}
    return {
        action: f"{language.text(text)} {states.get(action.value, '')}".rstrip()
        for action, text in ACTIONS.items()
    }


def error_text(error: TbdxError, language: Language) -> str:
    """A known error in the reader's words."""
    fields: dict[str, Any] = {n: _plain(value, language) for n, value in error.fields.items()}
    if isinstance(fields.get("faults"), list):
        texts = [fault_text(fault, language) for fault in fields["faults"]]
        fields["faults"] = "\n".join(f"- {text}" for text in texts)
    return language.text(ERRORS[error.code], **fields)


def fault_text(fault: Fault, language: Language) -> str:
    """Where something is wrong, what, and what to do: "agencies.csv, dòng 5, bao-vi-du: …"."""
    place = [fault.file] if fault.file else []
    if fault.line:
        place.append(language.text("line {number}", number=fault.line))
    finding = fault.fields.get("finding")
    if isinstance(finding, Finding):  # of the appendix
        place += _place_of(finding, language)
        text = finding_text(finding, language)
    else:
        fields = {name: _plain(value, language) for name, value in fault.fields.items()}
        text = language.text(FAULTS[fault.code], **fields)
    if fault.subject:
        place.append(fault.subject)
    return f"{', '.join(place)}: {text}" if place else text


def _plain(value: object, language: Language) -> object:
    """A value that an error quotes, in the reader's words."""
    if isinstance(value, datetime):
        return language.moment(value, DEFAULT_ZONE)
    if isinstance(value, date):
        return language.date(value)
    if isinstance(value, ReviewState):
        return language.text(REVIEW_STATES[value])
    if isinstance(value, Status):
        return language.text(STATUSES[value])
    if isinstance(value, Needed):
        right = language.text(RIGHTS[value.right])
        return language.text("{right}, of all agencies", right=right) if value.whole else right
    if isinstance(value, Action):
        return language.text(ACTIONS[value])
    return value


def set_back_text(found: SetBack, language: Language) -> str:
    """Where verifying the record found that the clock had been set back."""
    return language.text(
        "Remark: at entry {number} the clock had been set back ({at}, after {before}). Nothing is wrong with the record, whose order is that of its numbers; see that the clock is right.",
        number=found.entry,
        at=_plain(found.at, language),
        before=_plain(found.before, language),
    )


def record_fault_text(fault: RecordFault, language: Language) -> str:
    """What verifying the record found at one place."""
    return language.text(RECORD_FAULTS[fault.code], place=fault.place)
