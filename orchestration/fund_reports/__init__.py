"""Reports to the investors of a fund as Excel workbooks, from the marts: templates, statements and which were made."""
