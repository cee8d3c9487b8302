"""Tenders get a closing and an opening; bids under seal and on paper get tables. What was typed before stays as it is, marked so."""

import uuid

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import common.fields

BEFORE_SEALS = """
UPDATE subsidy_tender SET is_sealed = false, state = CASE state WHEN 'closed' THEN 'awarded' ELSE 'opened' END;
"""
UNDO = """
UPDATE subsidy_tender SET state = CASE state WHEN 'awarded' THEN 'closed' ELSE 'open' END;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_known_words"),
        ("subsidy", "0004_known_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperBid",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", common.fields.PublicIdField()),
                ("rate", common.fields.RateField(decimal_places=6, help_text="年利率", max_digits=9, verbose_name="投标利率")),
                ("volume", common.fields.MoneyField(decimal_places=2, help_text="元", max_digits=18, verbose_name="投标规模")),
                ("received_at", models.DateTimeField(verbose_name="收件时间")),
                ("register_number", models.CharField(max_length=60, verbose_name="收件登记号")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("made", "待复核"), ("sent_back", "已退回"), ("checked", "已列入开标记录")],
                        default="made",
                        max_length=50,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="录入时间")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
            ],
            options={
                "verbose_name": "纸质投标",
                "verbose_name_plural": "纸质投标",
                "ordering": ["-made_at"],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="SealedBid",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name="标识")),
                ("kind", models.CharField(choices=[("bid", "投标"), ("withdrawal", "撤回投标")], max_length=10, verbose_name="事项")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("made", "待复核"), ("sent_back", "已退回"), ("checked", "有效"), ("superseded", "已被取代")],
                        default="made",
                        max_length=50,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("envelope", models.TextField(blank=True, verbose_name="密文")),
                ("receipt", models.CharField(blank=True, help_text="SHA-256", max_length=64, verbose_name="投标回执")),
                ("made_at", models.DateTimeField(verbose_name="经办时间")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
            ],
            options={
                "verbose_name": "本行投标",
                "verbose_name_plural": "本行投标",
                "ordering": ["-made_at"],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name="tender",
            name="tender_result_when_closed",
        ),
        migrations.RenameField(
            model_name="tender",
            old_name="closed_on",
            new_name="awarded_on",
        ),
        migrations.AddField(
            model_name="bid",
            name="nonce",
            field=models.CharField(blank=True, max_length=32, verbose_name="随机数"),
        ),
        migrations.AddField(
            model_name="bid",
            name="source",
            field=models.CharField(
                choices=[("sealed", "电子密封"), ("paper", "纸质"), ("typed", "补录")],
                default="typed",
                max_length=8,
                verbose_name="投标方式",
            ),
        ),
        migrations.AddField(
            model_name="bid",
            name="submitted_at",
            field=models.DateTimeField(blank=True, help_text="电子投标为复核时间，纸质投标为收件时间", null=True, verbose_name="投标时间"),
        ),
        migrations.AddField(
            model_name="tender",
            name="bids_opened_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="开标时间"),
        ),
        migrations.AddField(
            model_name="tender",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="截止办理时间"),
        ),
        migrations.AddField(
            model_name="tender",
            name="closes_at",
            field=models.DateTimeField(blank=True, help_text="北京时间；到此刻即截止", null=True, verbose_name="投标截止时间"),
        ),
        migrations.AddField(
            model_name="tender",
            name="is_sealed",
            field=models.BooleanField(default=True, help_text="启用密封投标前登记的招标为否", verbose_name="密封投标"),
        ),
        migrations.AddField(
            model_name="tender",
            name="opening_confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.member",
                verbose_name="确认开标人",
            ),
        ),
        migrations.AddField(
            model_name="tender",
            name="opening_proposed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="提请开标时间"),
        ),
        migrations.AddField(
            model_name="tender",
            name="opening_proposed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.member",
                verbose_name="提请开标人",
            ),
        ),
        migrations.AlterField(
            model_name="tender",
            name="state",
            field=django_fsm.FSMField(
                choices=[
                    ("open", "投标中"),
                    ("closed", "已截止待开标"),
                    ("opening", "待确认开标"),
                    ("opened", "已开标待定标"),
                    ("awarded", "已定标"),
                ],
                default="open",
                max_length=50,
                protected=True,
                verbose_name="状态",
            ),
        ),
        migrations.RunSQL(BEFORE_SEALS, UNDO),
        migrations.AddConstraint(
            model_name="tender",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed", "opening", "opened", "awarded"])),
                name="tender_known_state",
                violation_error_message="招标状态不正确。",
            ),
        ),
        migrations.AddConstraint(
            model_name="tender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("is_sealed", False)),
                    models.Q(("closed_at__isnull", True), ("closes_at__isnull", False), ("is_sealed", True), ("state", "open")),
                    models.Q(
                        ("closed_at__gte", models.F("closes_at")),
                        ("closed_at__isnull", False),
                        ("closes_at__isnull", False),
                        ("is_sealed", True),
                        models.Q(("state", "open"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="tender_closing_facts",
                violation_error_message="须填写投标截止时间，且到截止时间后才能截止。",
            ),
        ),
        migrations.AddConstraint(
            model_name="tender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("bids_opened_at__isnull", True),
                        ("is_sealed", False),
                        ("opening_confirmed_by__isnull", True),
                        ("opening_proposed_at__isnull", True),
                        ("opening_proposed_by__isnull", True),
                        ("state__in", ("opened", "awarded")),
                    ),
                    models.Q(
                        ("bids_opened_at__isnull", True),
                        ("is_sealed", True),
                        ("opening_confirmed_by__isnull", True),
                        ("opening_proposed_at__isnull", True),
                        ("opening_proposed_by__isnull", True),
                        ("state__in", ("open", "closed")),
                    ),
                    models.Q(
                        ("bids_opened_at__isnull", True),
                        ("is_sealed", True),
                        ("opening_confirmed_by__isnull", True),
                        ("opening_proposed_at__gte", models.F("closed_at")),
                        ("opening_proposed_at__isnull", False),
                        ("opening_proposed_by__isnull", False),
                        ("state", "opening"),
                    ),
                    models.Q(
                        ("is_sealed", True),
                        ("opening_confirmed_by__isnull", False),
                        ("opening_proposed_by__isnull", False),
                        ("state__in", ("opened", "awarded")),
                        ("opening_proposed_at__gte", models.F("closed_at")),
                        ("opening_proposed_at__isnull", False),
                        ("bids_opened_at__gte", models.F("opening_proposed_at")),
                        ("bids_opened_at__isnull", False),
                        models.Q(("opening_confirmed_by", models.F("opening_proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="tender_opening_facts",
                violation_error_message="开标须在截止后由两人先后提请和确认。",
            ),
        ),
        migrations.AddConstraint(
            model_name="tender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("awarded_on__isnull", True), ("result__isnull", True), models.Q(("state", "awarded"), _negated=True)),
                    models.Q(
                        ("result__gt", 0),
                        ("result__isnull", False),
                        ("result__lt", 1),
                        ("state", "awarded"),
                        ("awarded_on__gte", models.F("opened_on")),
                        ("awarded_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="tender_award_facts",
                violation_error_message="定标须填写中标利率和定标日期，且不早于开始日期。",
            ),
        ),
        migrations.AddField(
            model_name="paperbid",
            name="bank",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper_bids", to="parties.institution", verbose_name="银行"
            ),
        ),
        migrations.AddField(
            model_name="paperbid",
            name="checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.member",
                verbose_name="复核",
            ),
        ),
        migrations.AddField(
            model_name="paperbid",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.member", verbose_name="经办"
            ),
        ),
        migrations.AddField(
            model_name="paperbid",
            name="tender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="paper_bids", to="subsidy.tender", verbose_name="招标"
            ),
        ),
        migrations.AddField(
            model_name="bid",
            name="paper",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entered",
                to="subsidy.paperbid",
                verbose_name="纸质投标",
            ),
        ),
        migrations.AddField(
            model_name="sealedbid",
            name="bank",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="sealed_bids", to="parties.institution", verbose_name="银行"
            ),
        ),
        migrations.AddField(
            model_name="sealedbid",
            name="checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.member",
                verbose_name="复核",
            ),
        ),
        migrations.AddField(
            model_name="sealedbid",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.member", verbose_name="经办"
            ),
        ),
        migrations.AddField(
            model_name="sealedbid",
            name="tender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="sealed_bids", to="subsidy.tender", verbose_name="招标"
            ),
        ),
        migrations.AddField(
            model_name="bid",
            name="sealed",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opened",
                to="subsidy.sealedbid",
                verbose_name="密封投标",
            ),
        ),
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("paper__isnull", True),
                        ("sealed__isnull", False),
                        ("source", "sealed"),
                        ("submitted_at__isnull", False),
                        models.Q(("nonce", ""), _negated=True),
                    ),
                    models.Q(
                        ("nonce", ""),
                        ("paper__isnull", False),
                        ("sealed__isnull", True),
                        ("source", "paper"),
                        ("submitted_at__isnull", False),
                    ),
                    models.Q(
                        ("nonce", ""),
                        ("paper__isnull", True),
                        ("sealed__isnull", True),
                        ("source", "typed"),
                        ("submitted_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="bid_source_facts",
                violation_error_message="开标记录须注明投标来自电子密封投标还是纸质投标。",
            ),
        ),
        migrations.AlterConstraint(
            model_name="bid",
            name="bid_rate_and_volume",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate__gt", 0), ("rate__lt", 1), ("volume__gt", 0)),
                name="bid_rate_and_volume",
                violation_error_message="投标利率应大于 0%、小于 100%，投标规模应大于零。",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperbid",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["made", "sent_back", "checked"])),
                name="paper_bid_known_state",
                violation_error_message="纸质投标状态不正确。",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperbid",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate__gt", 0), ("rate__lt", 1), ("volume__gt", 0)),
                name="paper_bid_rate_and_volume",
                violation_error_message="投标利率应大于 0%、小于 100%，投标规模应大于零。",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperbid",
            constraint=models.CheckConstraint(
                condition=models.Q(("register_number", ""), _negated=True),
                name="paper_bid_numbered",
                violation_error_message="请填写收件登记号。",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperbid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "checked"),
                        ("checked_at__gte", models.F("made_at")),
                        ("checked_at__isnull", False),
                        ("checked_by__isnull", False),
                    ),
                    models.Q(models.Q(("state", "checked"), _negated=True), ("checked_at__isnull", True), ("checked_by__isnull", True)),
                    _connector="OR",
                ),
                name="paper_bid_checked_facts",
                violation_error_message="纸质投标复核后才列入开标记录。",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperbid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by__isnull", True), models.Q(("checked_by", models.F("made_by")), _negated=True), _connector="OR"
                ),
                name="paper_bid_checker_differs",
                violation_error_message="经办和复核不得为同一人。",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperbid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "sent_back"), _negated=True),
                fields=("tender", "bank"),
                name="paper_bid_once_per_bank",
                violation_error_message="该行的纸质投标已录入。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["bid", "withdrawal"]), ("state__in", ["made", "sent_back", "checked", "superseded"])),
                name="sealed_bid_known_words",
                violation_error_message="投标事项和状态不正确。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "bid"), ("receipt__regex", "^[0-9a-f]{64}$"), models.Q(("envelope", ""), _negated=True)),
                    models.Q(("envelope", ""), ("kind", "withdrawal"), ("receipt", "")),
                    _connector="OR",
                ),
                name="sealed_bid_under_seal",
                violation_error_message="投标须加密保存并有回执。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("made", "sent_back")), ("checked_at__isnull", True), ("checked_by__isnull", True)),
                    models.Q(
                        ("state", "checked"),
                        ("checked_at__gte", models.F("made_at")),
                        ("checked_at__isnull", False),
                        ("checked_by__isnull", False),
                    ),
                    models.Q(
                        ("state", "superseded"),
                        models.Q(
                            models.Q(
                                ("checked_at__gte", models.F("made_at")), ("checked_at__isnull", False), ("checked_by__isnull", False)
                            ),
                            models.Q(("checked_at__isnull", True), ("checked_by__isnull", True)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="sealed_bid_checked_facts",
                violation_error_message="投标复核后才有效。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ("made", "checked"))),
                    models.Q(
                        ("ended_at__gte", models.F("made_at")), ("ended_at__isnull", False), ("state__in", ("sent_back", "superseded"))
                    ),
                    _connector="OR",
                ),
                name="sealed_bid_ended_facts",
                violation_error_message="退回或被取代的投标须有失效时间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by__isnull", True), models.Q(("checked_by", models.F("made_by")), _negated=True), _connector="OR"
                ),
                name="sealed_bid_checker_differs",
                violation_error_message="经办和复核不得为同一人。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "made")),
                fields=("tender", "bank"),
                name="sealed_bid_one_waits",
                violation_error_message="本行已有待复核的投标。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedbid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "checked")),
                fields=("tender", "bank"),
                name="sealed_bid_one_counts",
                violation_error_message="本行已有有效投标。",
            ),
        ),
    ]
