"""Evidence packs: what was handed out, downloading it, and how anybody checks it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from common.admin.display_values import Hash, Link, Small, joined, link_to, page_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, table
from common.admin.visible import VisibleAdmin
from common.errors import DomainError, NotVisible
from parties.models import Member
from risk.admin.exemption import SEEN_BY
from risk.exemption.services.packs import open_evidence_pack
from risk.models import EvidencePack
from risk.visibility import evidence_packs_visible_to

DOWNLOAD = "risk_evidencepack_download"
CHECKS = (
    ("比对压缩包摘要", "sha256sum {file}", "与本页所示 SHA-256 逐字相同，说明压缩包未被改动。"),
    ("取出校验程序", "unzip {file} verify.py", "校验程序只用 Python 3 标准库，不需要安装其他程序，也不需要联网。"),
    ("逐个校验文件", "python3 verify.py {file} {sha256}", "逐个核对文件、清单和压缩包；任何一个字节被改动、缺少或增加，都会列出文件名。"),
)


def file_name(pack: EvidencePack) -> str:
    """Return the name under which a pack is handed out."""
    return f"证据包-{pack.exemption.bad_debt.loan.contract_number}-{pack.sha256[:12]}.zip"


def packs_listed(member: Member) -> QuerySet[EvidencePack]:
    """Return the packs the member sees."""
    return evidence_packs_visible_to(member).select_related("exemption__bad_debt__loan__enterprise", "exemption__institution", "built_by")


@admin.register(EvidencePack)
class EvidencePackAdmin(VisibleAdmin):
    """Packs as they were handed out."""

    visible_to = staticmethod(packs_listed)
    seen_by = SEEN_BY
    columns = ("built_at", "exemption", "exemption__institution", "size", "sha256")
    search_fields = ("sha256", "exemption__bad_debt__loan__contract_number")
    ordering = ("-built_at", "-id")
    list_intro = "证据包一经生成不再改动；每次下载都记入审计日志。依据《实施方案》一(七)。"

    def heading(self, case: EvidencePack) -> str:
        """Return whose pack it is."""
        return f"{case.exemption} 证据包"

    def parts(self, request: HttpRequest, case: EvidencePack) -> list[Any]:
        """Return the pack with the way to its bytes, and how to check them."""
        rows = (
            Fact("证据包", Link("下载（.zip）", reverse(f"admin:{DOWNLOAD}", args=[case.pk])), "每次下载都记入审计日志"),
            Fact("SHA-256", Hash(case.sha256)),
            Fact("大小", f"{case.size:,} 字节"),
            Fact("尽职免责", link_to(request, case.exemption)),
            Fact("生成", joined((case.built_at, link_to(request, case.built_by)))),
        )
        named = {"file": file_name(case), "sha256": case.sha256}
        checks = [
            (number, what, Hash(command.format(**named)), Small(says)) for number, (what, command, says) in enumerate(CHECKS, start=1)
        ]
        note = "任何人都可以在自己的电脑上校验，不依赖本系统。"
        return [
            Facts(title="证据包", facts=rows, clause="FP 1.7"),
            table("如何校验", ("步骤", "做什么", "命令", "说明"), checks, note=note),
        ]

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses with that of the bytes."""
        return [path("<path:object_id>/file/", self.admin_site.admin_view(self.download), name=DOWNLOAD), *super().get_urls()]

    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Hand out the checked bytes; the opening is an event of the log."""
        pack = self.case_of(request, object_id)
        try:
            opened = open_evidence_pack(pack_id=pack.public_id, actor=acting_member(request), at=timezone.now())
        except NotVisible as gone:
            raise Http404(gone.message) from gone
        except DomainError as damaged:
            messages.error(request, damaged.message)
            return redirect(page_of(pack))
        answer = FileResponse(opened.content, as_attachment=True, filename=file_name(pack), content_type="application/zip")
        answer["Cache-Control"] = "private, no-store"
        return answer
