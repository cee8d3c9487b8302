"""What the history of a paper tells the house that uploaded it; others reach a paper through its case. See ``parties.disclosure``."""

from parties.disclosure import EVERYBODY, History, Told, disclose

HISTORIES = (
    History(
        case="documents.document",
        verbs=disclose(
            ("document.attached", "document.withdrawn"),
            Told(to=EVERYBODY, fields=("kind", "filename", "sha256", "size", "owner"), remark=True, own_acts=True),
        ),
    ),
)
