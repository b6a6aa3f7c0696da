"""Printing (cetak): PDF forms for ink and for the archive, QR codes, workbooks.

Rooms above fill a frozen form of `forms` and get bytes back; nothing here reads a database or a clock.
`pdf` has one function per form, `qr` the codes, `workbook` the XLSX of any list.
"""
