"""
What a file of rows may be at most. A list of a whole city has some tens of thousands of rows and thirty columns.

Guard, parser and child read the same numbers; nothing here needs more than Python itself.
"""

KIB, MIB = 1024, 1024**2

# The file as it came
FILE_BYTES = 32 * MIB
LEGACY_BYTES = 16 * MIB  # an xls or et, which no streaming guard looks into

# The package of an xlsx
ENTRIES = 1_000
UNPACKED_BYTES = 200 * MIB  # counted while inflating
RATIO, RATIO_FROM = 200, 8 * MIB  # of one entry that unpacks to more than so much
TOKEN_BYTES = 512 * KIB  # one tag or comment of XML

# The table
SHEETS = 64
ROWS = 300_000  # row elements, empty ones too; also the number of the last row with a cell
COLUMNS = 512  # also the number of the last column with a cell
CELLS = 4_000_000
CELL_TEXT = 32_767  # characters, as spreadsheet programs allow
TEXT = 48_000_000  # characters of all cells, and of all shared strings
STRINGS = 2_000_000
STYLES = 70_000
MERGED = 20_000

# A workbook handed back with its faulty cells marked; of larger ones, and of other formats, the faulty rows alone
MARKED_FILE_BYTES = 4 * MIB
MARKED_BYTES = 24 * MIB  # of one part of it, unpacked
MARKED_ROWS = 2_000

# The child
MEMORY_BYTES = 512 * MIB
ANSWER_BYTES = 256 * MIB
TAIL_BYTES = MIB  # of the answer, in which its last line lies
AT_ONCE = 2  # children on one machine

# Within a web request, which shall cost less than a second of processor time, the start of the child included: the longest upload of the
# interface (10,000 rows of six columns) takes its child 0.3 s on a quiet machine
CPU_SECONDS = 0.7
WALL_SECONDS = 6
AT_ONCE_IN_REQUESTS = 1  # fewer than there are web workers; nobody waits for the place
MEMORY_BYTES_IN_REQUESTS = 256 * MIB
ANSWER_BYTES_IN_REQUESTS = 8 * MIB
UNPACKED_BYTES_IN_REQUESTS = 16 * MIB
CELLS_IN_REQUESTS = 80_000
MARKS_IN_REQUESTS = 120_000  # delimiters and ends of lines in a text file, those within quotes too

# What is read and judged row by row while its sender waits; the rest is a job's
LIGHT_BYTES = 128 * KIB  # of an xls or et
LIGHT_UNPACKED_BYTES = 512 * KIB  # of a package: some five hundred rows of thirty columns
LIGHT_MARKS = 15_000

# In a job, which no web worker waits for
PATIENT_CPU_SECONDS = 20
PATIENT_WALL_SECONDS, PATIENT_WAIT_SECONDS = 600, 120
