"""Reading lists that others send us: sheets, columns, cells. Pure: no database, no clock."""
