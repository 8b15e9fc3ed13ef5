"""Documents that give tasks, kinds of documents and the time for an answer, from data/."""

from django.db import transaction

from coordination.models import DocumentKind, ReplyTime, TaskDocument
from core.reference import rows
from programmes.listed import bring_in
from programmes.models import LegalDocument


@transaction.atomic
def load_coordination() -> dict[str, int]:
    """Bring the lists in line with their files and add the documents that are missing; what an official touched stays.
    The tasks of a document are entered on its page, from its text. Gives the number of lines."""
    wanted = rows("task_documents.csv")
    for line in wanted:
        legal = LegalDocument.objects.get(number=line["number"], issuer=line["issuer"])
        TaskDocument.objects.get_or_create(
            legal=legal, defaults={"source": line["source"], "verified": line["verified"]}
        )
    return {
        "documents that give tasks": len(wanted),
        "kinds of documents": bring_in(DocumentKind, "document_kinds.csv", lambda line: {}),
        "times for an answer": bring_in(ReplyTime, "reply_times.csv", lambda line: {"days": int(line["days"])}),
    }
