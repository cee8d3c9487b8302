"""Due-diligence exemption (尽职免责): own rules, checklist, conclusion, the regulator's finding, evidence packs."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.errors import DomainError
from common.fields import PublicIdField, TextKey
from common.fsm import fsm_transition, legal_steps
from parties.models import Institution, Member
from risk.enums import ExemptionState
from risk.exemption.transitions import EXEMPTION_STEP, EXEMPTION_STEPS
from risk.models.classification import BadDebt

State = ExemptionState


class ChecklistOpen(DomainError):
    """A conclusion needs every line of the checklist answered."""

    code = "checklist_open"
    sentence = "尚有 {open} 项未核查，请逐项填写核查情况后再作结论。"
    clause = "FP 1.7"


class GrossNegligenceIsNotExempt(DomainError):
    """The plan excludes gross negligence and intent."""

    code = "gross_negligence_not_exempt"
    sentence = "存在重大过错或故意的，不得认定为尽职免责。"
    clause = "FP 1.7"


class DiligenceRules(models.Model):
    """The exemption rules an institution has set up for the fund's business. Source: FP 1.7."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="diligence_rules", verbose_name="机构")
    name = models.CharField("制度名称", max_length=120)
    document_number = models.CharField("文号", max_length=60)
    effective_on = models.DateField("施行日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "尽职免责制度"
        ordering = ["institution", "-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "document_number"], name="diligence_rules_once", violation_error_message="该制度已登记。"
            ),
            models.UniqueConstraint(
                "institution", TextKey("document_number"), name="diligence_rules_alike", violation_error_message="该制度已登记。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.name}"


class Exemption(FSMModelMixin, models.Model):
    """Whether those who dealt with one bad debt acted diligently. Source: FP 1.7."""

    public_id = PublicIdField()
    bad_debt = models.OneToOneField(BadDebt, models.PROTECT, related_name="exemption", verbose_name="坏账")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="exemptions", verbose_name="机构")
    rules = models.ForeignKey(DiligenceRules, models.PROTECT, related_name="+", verbose_name="适用制度")
    state = FSMField("状态", default=State.CHECKING, choices=State.choices, protected=True, max_length=10)
    opened_on = models.DateField("发起日期")
    opened_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="发起人")
    is_diligent = models.BooleanField("机构结论：已尽职", null=True, blank=True)
    is_gross_negligence = models.BooleanField("存在重大过错", null=True, blank=True)
    is_intent = models.BooleanField("存在故意", null=True, blank=True)
    opinion = models.TextField("结论意见", blank=True)
    concluded_on = models.DateField("结论日期", null=True, blank=True)
    concluded_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="委员会成员")
    is_evidence_sufficient = models.BooleanField("监管核查：证据充分", null=True, blank=True)
    finding = models.TextField("核查情况", blank=True)
    found_on = models.DateField("核查日期", null=True, blank=True)
    found_document_number = models.CharField("核查文号", max_length=60, blank=True)
    found_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核查人")
    is_exempt = models.BooleanField("免责", default=False, editable=False, help_text="免责的不纳入监管考核，仍计入基金坏账")

    class Meta:
        verbose_name = verbose_name_plural = "尽职免责"
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="exemption_concluded_facts",
                condition=Q(state=State.CHECKING, concluded_on__isnull=True, is_diligent__isnull=True)
                | (
                    ~Q(state=State.CHECKING)
                    & Q(concluded_on__isnull=False, concluded_by__isnull=False, is_diligent__isnull=False)
                    & Q(is_gross_negligence__isnull=False, is_intent__isnull=False)
                    & ~Q(opinion="")
                ),
                violation_error_message="结论须有日期、委员会成员、意见和逐项判断。",
            ),
            models.CheckConstraint(
                name="exemption_found_facts",
                condition=Q(state=State.FOUND, found_on__isnull=False, found_by__isnull=False, is_evidence_sufficient__isnull=False)
                | (~Q(state=State.FOUND) & Q(found_on__isnull=True, found_by__isnull=True, is_evidence_sufficient__isnull=True)),
                violation_error_message="监管核查须有日期、核查人和结论。",
            ),
            models.CheckConstraint(
                name="exemption_exempt_by_both",
                condition=Q(is_exempt=False)
                | Q(state=State.FOUND, is_diligent=True, is_evidence_sufficient=True, is_gross_negligence=False, is_intent=False),
                violation_error_message="机构结论为已尽职、监管核查证据充分且无重大过错或故意的，方可免责。",
            ),
            models.CheckConstraint(
                name="exemption_no_diligence_with_fault",
                condition=~Q(is_diligent=True) | Q(is_gross_negligence=False, is_intent=False),
                violation_error_message="存在重大过错或故意的，不得认定为尽职免责。",
            ),
            models.CheckConstraint(
                name="exemption_concluded_by_another",
                condition=Q(concluded_by__isnull=True) | ~Q(concluded_by=F("opened_by")),
                violation_error_message="结论须由发起人以外的委员会成员作出。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="exemption_no_delete", operation=pgtrigger.Delete),
            legal_steps(EXEMPTION_STEPS, name="exemption_legal_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.bad_debt.loan} 尽职免责"

    @fsm_transition(state, EXEMPTION_STEP["conclude"])
    def conclude(
        self, *, by: Member, on: date, is_diligent: bool, is_gross_negligence: bool, is_intent: bool, opinion: str, open_items: int
    ) -> None:
        """Conclude for the institution, every line being answered. In memory only. Source: FP 1.7."""
        if open_items:
            raise ChecklistOpen(open=open_items)
        if is_diligent and (is_gross_negligence or is_intent):
            raise GrossNegligenceIsNotExempt
        self.concluded_by, self.concluded_on, self.is_diligent = by, on, is_diligent
        self.is_gross_negligence, self.is_intent, self.opinion = is_gross_negligence, is_intent, opinion

    @fsm_transition(state, EXEMPTION_STEP["find"])
    def find(self, *, by: Member, on: date, is_evidence_sufficient: bool, finding: str, document_number: str) -> None:
        """Record what the regulator found; only both together exempt. In memory only. Source: FP 1.7."""
        self.found_by, self.found_on, self.is_evidence_sufficient = by, on, is_evidence_sufficient
        self.finding, self.found_document_number = finding, document_number
        at_fault = self.is_gross_negligence or self.is_intent
        self.is_exempt = bool(self.is_diligent and is_evidence_sufficient and not at_fault)


class ExemptionItem(models.Model):
    """One line of the checklist, drawn from the plan. Source: FP 1.7."""

    exemption = models.ForeignKey(Exemption, models.PROTECT, related_name="items", verbose_name="尽职免责")
    code = models.CharField("代号", max_length=30)
    wording = models.CharField("核查内容", max_length=200)
    clause = models.CharField("依据", max_length=40)
    facts = models.TextField("系统记录", blank=True)
    is_fulfilled = models.BooleanField("符合", null=True, blank=True)
    remark = models.TextField("核查情况", blank=True)
    answered_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核查人")

    class Meta:
        verbose_name = verbose_name_plural = "尽职核查项"
        ordering = ["exemption", "id"]
        constraints = [
            models.UniqueConstraint(fields=["exemption", "code"], name="exemption_item_once", violation_error_message="该核查项已有。"),
            models.CheckConstraint(
                name="exemption_item_answered",
                condition=Q(is_fulfilled__isnull=True, answered_by__isnull=True) | Q(is_fulfilled__isnull=False, answered_by__isnull=False),
                violation_error_message="核查须记录核查人。",
            ),
        ]

    def __str__(self) -> str:
        return self.wording


class EvidencePack(models.Model):
    """One ZIP of evidence as it was handed out; its bytes lie in the document store under the digest. Source: FP 1.7."""

    public_id = PublicIdField()
    exemption = models.ForeignKey(Exemption, models.PROTECT, related_name="packs", verbose_name="尽职免责")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("大小", help_text="字节")
    built_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="生成人")
    built_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "证据包"
        ordering = ["-built_at", "-id"]
        triggers = [pgtrigger.Protect(name="evidence_pack_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.exemption} 证据包 {self.sha256[:12]}"
