"""LibreOffice, run without a window: another producer of the workbooks that the product reads."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

OFFICE_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">
Sub SaveWithPassword(source As String, target As String, kind As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  Dim book As Object
  book = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  Dim how(2) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName"
  how(0).Value = kind
  how(1).Name = "Password"
  how(1).Value = "mat khau"
  If kind = "Calc MS Excel 2007 XML" Then
    Dim secret(1) As New com.sun.star.beans.NamedValue
    secret(0).Name = "CryptoType"
    secret(0).Value = "Standard"
    secret(1).Name = "OOXPassword"
    secret(1).Value = "mat khau"
    how(2).Name = "EncryptionData"
    how(2).Value = secret()
  End If
  book.storeToURL(target, how())
  book.close(True)
End Sub
Sub TypeInto(source As String, target As String, places As String, values As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  Dim book As Object
  book = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  Dim place() As String, value() As String, number As Integer, cell As Object
  place = Split(places, "|")
  value = Split(values, "|")
  For number = 0 To UBound(place)
    cell = book.Sheets.getByName(Split(place(number), "!")(0)).getCellRangeByName(Split(place(number), "!")(1))
    If IsNumeric(value(number)) Then
      cell.setValue(CDbl(value(number)))
    Else
      cell.setString(value(number))
    End If
  Next number
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName"
  how(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(target, how())
  book.close(True)
End Sub
</script:module>
"""
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}


class Office:
    """LibreOffice with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> None:
        profile = f"-env:UserInstallation=file://{self.folder}/profile"
        command = ["soffice", profile, "--headless", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def convert(self, content: bytes, ending: str) -> bytes:
        """The workbook as LibreOffice writes it in another format."""
        source = self.folder / "source.xlsx"
        source.write_bytes(content)
        self.run("--convert-to", ending, "--outdir", str(self.folder / "out"), str(source))
        return (self.folder / "out" / f"source.{ending}").read_bytes()

    def lock(self, content: bytes, ending: str) -> bytes:
        """The workbook as LibreOffice writes it under a password."""
        source, target = self.folder / "source.xlsx", self.folder / f"locked.{ending}"
        source.write_bytes(content)
        self._call("SaveWithPassword", f"file://{source}", f"file://{target}", FILTERS[ending])
        return target.read_bytes()

    def type_into(self, content: bytes, cells: Mapping[tuple[str, str], object]) -> bytes:
        """The workbook after a person typed into some cells (sheet, address) and saved it."""
        source, target = self.folder / "source.xlsx", self.folder / "typed.xlsx"
        source.write_bytes(content)
        places = "|".join(f"{sheet}!{address}" for sheet, address in cells)
        values = "|".join(map(str, cells.values()))
        self._call("TypeInto", f"file://{source}", f"file://{target}", places, values)
        return target.read_bytes()

    def _call(self, name: str, *arguments: str) -> None:
        """Run one of the macros above."""
        module = self.folder / "profile" / "user" / "basic" / "Standard" / "Module1.xba"
        if not module.exists():  # the first start makes the profile
            self.run(
                "--convert-to",
                "csv",
                "--outdir",
                str(self.folder),
                str(self.folder / "source.xlsx"),
            )
        module.write_text(OFFICE_MODULE)
        given = ",".join(f'"{argument}"' for argument in arguments)
        self.run(f"macro:///Standard.Module1.{name}({given})")
