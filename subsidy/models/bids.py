"""What banks bid: under seal until the opening, on paper after it, and the lines of the opening record that both become."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField, RateField
from common.fsm import fsm_transition
from common.money import percent
from parties.models import Institution, Member
from subsidy.enums import BidSource, PaperBidState, SealedBidKind, SealedBidState
from subsidy.models.tenders import Tender
from subsidy.tender_transitions import PAPER_BID_STEP, SEALED_BID_STEP

DIGEST = r"^[0-9a-f]{64}$"
RATE_AND_VOLUME = Q(rate__gt=0, rate__lt=1, volume__gt=0)
RATE_AND_VOLUME_WRONG = "投标利率应大于 0%、小于 100%，投标规模应大于零。"
_CHECKED = Q(checked_by__isnull=False, checked_at__isnull=False, checked_at__gte=F("made_at"))
_UNCHECKED = Q(checked_by__isnull=True, checked_at__isnull=True)
_DIFFERS = Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by"))


class SealedBid(FSMModelMixin, models.Model):
    """
    One thing a bank hands in before the closing: a bid under seal, or that it takes its bid back.

    Rows only grow: what replaces a row marks it. There is no column for rate or volume; the key is random, since numbers in a row would
    tell one bank how many came before it.

    Source: FP 1.4.2.
    """

    id = models.UUIDField("标识", primary_key=True, default=uuid.uuid4, editable=False)
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="sealed_bids", verbose_name="招标")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="sealed_bids", verbose_name="银行")
    kind = models.CharField("事项", max_length=10, choices=SealedBidKind.choices)
    state = FSMField("状态", default=SealedBidState.MADE, choices=SealedBidState.choices, protected=True)
    envelope = models.TextField("密文", blank=True)
    receipt = models.CharField("投标回执", max_length=64, blank=True, help_text="SHA-256")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    made_at = models.DateTimeField("经办时间")
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    ended_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "本行投标"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="sealed_bid_known_words",
                condition=Q(kind__in=SealedBidKind.values, state__in=SealedBidState.values),
                violation_error_message="投标事项和状态不正确。",
            ),
            models.CheckConstraint(
                name="sealed_bid_under_seal",
                condition=(Q(kind=SealedBidKind.BID, receipt__regex=DIGEST) & ~Q(envelope=""))
                | Q(kind=SealedBidKind.WITHDRAWAL, envelope="", receipt=""),
                violation_error_message="投标须加密保存并有回执。",
            ),
            models.CheckConstraint(
                name="sealed_bid_checked_facts",
                condition=(Q(state__in=(SealedBidState.MADE, SealedBidState.SENT_BACK)) & _UNCHECKED)
                | (Q(state=SealedBidState.CHECKED) & _CHECKED)
                | (Q(state=SealedBidState.SUPERSEDED) & (_CHECKED | _UNCHECKED)),
                violation_error_message="投标复核后才有效。",
            ),
            models.CheckConstraint(
                name="sealed_bid_ended_facts",
                condition=Q(state__in=(SealedBidState.MADE, SealedBidState.CHECKED), ended_at__isnull=True)
                | Q(state__in=(SealedBidState.SENT_BACK, SealedBidState.SUPERSEDED), ended_at__isnull=False, ended_at__gte=F("made_at")),
                violation_error_message="退回或被取代的投标须有失效时间。",
            ),
            models.CheckConstraint(
                name="sealed_bid_checker_differs", condition=_DIFFERS, violation_error_message="经办和复核不得为同一人。"
            ),
            models.UniqueConstraint(
                fields=["tender", "bank"],
                condition=Q(state=SealedBidState.MADE),
                name="sealed_bid_one_waits",
                violation_error_message="本行已有待复核的投标。",
            ),
            models.UniqueConstraint(
                fields=["tender", "bank"],
                condition=Q(state=SealedBidState.CHECKED),
                name="sealed_bid_one_counts",
                violation_error_message="本行已有有效投标。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.get_kind_display()}"

    @property
    def public_id(self) -> uuid.UUID:
        """Return the identifier the log and the pages use."""
        return self.id

    @fsm_transition(state, SEALED_BID_STEP["check_off"])
    def check_off(self, *, by: Member, at: datetime) -> None:
        """Let it count. In memory only. Source: FP 1.4.2."""
        self.checked_by, self.checked_at = by, at

    @fsm_transition(state, SEALED_BID_STEP["send_back"])
    def send_back(self, *, at: datetime) -> None:
        """Give it back to the maker. In memory only. Source: FP 1.4.2."""
        self.ended_at = at

    @fsm_transition(state, SEALED_BID_STEP["supersede"])
    def supersede(self, *, at: datetime) -> None:
        """Mark it as replaced by a later one. In memory only. Source: FP 1.4.2."""
        self.ended_at = at


class PaperBid(FSMModelMixin, models.Model):
    """A bid that came on paper before the closing, entered by two persons of 市工信局 after the opening. Source: FP 1.4.2."""

    public_id = PublicIdField()
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="paper_bids", verbose_name="招标")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="paper_bids", verbose_name="银行")
    rate = RateField("投标利率", help_text="年利率")
    volume = MoneyField("投标规模", help_text="元")
    received_at = models.DateTimeField("收件时间")
    register_number = models.CharField("收件登记号", max_length=60)
    state = FSMField("状态", default=PaperBidState.MADE, choices=PaperBidState.choices, protected=True)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    made_at = models.DateTimeField("录入时间")
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "纸质投标"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="paper_bid_known_state", condition=Q(state__in=PaperBidState.values), violation_error_message="纸质投标状态不正确。"
            ),
            models.CheckConstraint(
                name="paper_bid_rate_and_volume", condition=RATE_AND_VOLUME, violation_error_message=RATE_AND_VOLUME_WRONG
            ),
            models.CheckConstraint(
                name="paper_bid_numbered", condition=~Q(register_number=""), violation_error_message="请填写收件登记号。"
            ),
            models.CheckConstraint(
                name="paper_bid_checked_facts",
                condition=(Q(state=PaperBidState.CHECKED) & _CHECKED) | (~Q(state=PaperBidState.CHECKED) & _UNCHECKED),
                violation_error_message="纸质投标复核后才列入开标记录。",
            ),
            models.CheckConstraint(
                name="paper_bid_checker_differs", condition=_DIFFERS, violation_error_message="经办和复核不得为同一人。"
            ),
            models.UniqueConstraint(
                fields=["tender", "bank"],
                condition=~Q(state=PaperBidState.SENT_BACK),
                name="paper_bid_once_per_bank",
                violation_error_message="该行的纸质投标已录入。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.bank}"

    @fsm_transition(state, PAPER_BID_STEP["check_off"])
    def check_off(self, *, by: Member, at: datetime) -> None:
        """Let it count. In memory only. Source: FP 1.4.2."""
        self.checked_by, self.checked_at = by, at

    @fsm_transition(state, PAPER_BID_STEP["send_back"])
    def send_back(self) -> None:
        """Give it back to the maker. In memory only. Source: FP 1.4.2."""


class Bid(models.Model):
    """One line of the opening record: the return rate a bank asks and the volume it would lend. Source: FP 1.4.2."""

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="bids", verbose_name="招标")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="bids", verbose_name="银行")
    rate = RateField("投标利率", help_text="年利率")
    volume = MoneyField("投标规模", help_text="元")
    submitted_on = models.DateField("投标日期")
    submitted_at = models.DateTimeField("投标时间", null=True, blank=True, help_text="电子投标为复核时间，纸质投标为收件时间")
    source = models.CharField("投标方式", max_length=8, choices=BidSource.choices, default=BidSource.TYPED)
    sealed = models.OneToOneField(SealedBid, models.PROTECT, null=True, blank=True, related_name="opened", verbose_name="密封投标")
    paper = models.OneToOneField(PaperBid, models.PROTECT, null=True, blank=True, related_name="entered", verbose_name="纸质投标")
    nonce = models.CharField("随机数", max_length=32, blank=True)
    recorded_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "投标"
        ordering = ["tender_id", "rate"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "bank"], name="bid_once_per_bank", violation_error_message="该行已投标。"),
            models.CheckConstraint(name="bid_rate_and_volume", condition=RATE_AND_VOLUME, violation_error_message=RATE_AND_VOLUME_WRONG),
            models.CheckConstraint(
                name="bid_source_facts",
                condition=(Q(source=BidSource.SEALED, sealed__isnull=False, paper__isnull=True, submitted_at__isnull=False) & ~Q(nonce=""))
                | Q(source=BidSource.PAPER, sealed__isnull=True, paper__isnull=False, submitted_at__isnull=False, nonce="")
                | Q(source=BidSource.TYPED, sealed__isnull=True, paper__isnull=True, submitted_at__isnull=True, nonce=""),
                violation_error_message="开标记录须注明投标来自电子密封投标还是纸质投标。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {percent(self.rate)}"
