"""What partners send: the workbook layout (declared once), writing forms and reading returns."""
