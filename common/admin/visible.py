"""The base of every page: read-only but for its steps, showing only what the person's institution may see."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from unfold.admin import ModelAdmin

from common.admin import export
from common.admin.addresses import AddressUnread, read_list
from common.admin.columns import Column
from common.admin.display_values import Badge, list_of, page_of, tone_of
from common.admin.export import spreadsheet
from common.admin.extension_points import EXTENSION_POINTS, acting_member, panels_for, steps_for
from common.admin.filters import filter_of, is_asked_by
from common.admin.panels import Facts, facts
from common.admin.step_views import BulkStepView, CaseStepView, NewStepView
from common.admin.steps import Step, is_file
from common.searching import found_in

MOST_AT_ONCE = 900  # of chosen cases: each is a field of the form, of which Django takes a thousand
NOT_FOUND = "未找到该记录，或该记录不属于您单位的业务范围。"


class VisibleAdmin(ModelAdmin):
    """
    A list and a page per case, scoped to the acting member; nothing is edited, a case moves by its ``steps`` alone.

    Subclasses give ``visible_to`` (member to queryset), ``columns``, ``shows`` (the fields of the first block) and the steps.
    """

    visible_to: ClassVar[Callable[[Any], QuerySet[Any]]]
    seen_by: ClassVar[frozenset[str] | None] = None  # kinds of institutions that find the list; None: all of them
    open_to: ClassVar[frozenset[str]] = frozenset()  # which of the operator's administrators find it; business pages: none
    columns: ClassVar[Sequence[str | Column]] = ("__str__",)
    exported: ClassVar[Sequence[str | Column]] = ()  # columns of the file; none: those on screen
    shows: ClassVar[Sequence[str]] = ()
    steps: ClassVar[Sequence[Step]] = ()
    new_steps: ClassVar[Sequence[Step]] = ()
    bulk_steps: ClassVar[Sequence[Step]] = ()
    is_linked = True  # other pages link here
    is_case = False  # opening the page is an event of the audit log
    case_related: ClassVar[Sequence[str]] = ()  # select_related of one case's page
    papers: ClassVar[Sequence[tuple[str, str]]] = ()  # kinds of papers that may be uploaded, with label; none: no papers are shown
    list_intro = ""
    linked_by: ClassVar[Sequence[str]] = ()  # fields by which other pages link into the list, beside its filters

    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    list_fullwidth = True
    actions_on_top = True
    change_list_template = "case/list.html"
    list_before_template = "case/list_before.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the menu shows this kind of page."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person's institution looks at such things; which of them, the queryset says."""
        member = acting_member(request)
        if member is None or member.institution is None:
            return False
        if member.is_administrator:
            return not self.open_to.isdisjoint(member.roles)
        return self.seen_by is None or member.institution.kind in self.seen_by

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: new rows come from steps."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no: rows change by steps."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no: nothing is deleted."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what the acting member may see, in the model's order."""
        member = acting_member(request)
        if member is None or not self.has_view_permission(request):
            return self.model._default_manager.none()
        rows = type(self).visible_to(member)
        return rows.order_by(*self.get_ordering(request)) if self.get_ordering(request) else rows

    @cached_property
    def shown_columns(self) -> list[Column]:
        """Return the list's columns, strings made into columns of fields."""
        return [self._column(name) if isinstance(name, str) else name for name in self.columns]

    @cached_property
    def exported_columns(self) -> list[Column]:
        """Return the columns of the file where they are others than on screen."""
        return [self._column(name) if isinstance(name, str) else name for name in self.exported]

    @property
    def all_steps(self) -> list[Step]:
        """Return the steps on a case: the page's own, then those of upper apps."""
        return [*self.steps, *steps_for(self.model)]

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return other views of the list's things, each with its words and address; none by default."""
        return []

    def _column(self, name: str) -> Column:
        if name == "__str__":
            return Column(str(self.model._meta.verbose_name), str, name="name")
        return Column.of(self.model, name)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Return the filters; each offers only what occurs in rows the person sees, so that it names nobody else's bank or channel."""
        return [filter_of(self.model, item) for item in self.list_filter]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Return whether the list answers a question in its address: its filters', and none about rows that the person does not see."""
        named = [item[0] if isinstance(item, tuple) else getattr(item, "parameter_name", item) for item in self.list_filter]
        return is_asked_by(lookup, [*named, *self.linked_by, *([self.date_hierarchy] if self.date_hierarchy else [])])

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns; a box to tick comes first where something can be done with many."""
        return self.columns_for(request)

    def columns_for(self, request: HttpRequest) -> list[Column]:
        """Return the columns that this person sees, on screen and in the file."""
        return list(self.shown_columns)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the steps this person may take on many at once."""
        member = acting_member(request)
        offered = [step for step in self.bulk_steps if step.who.allows(member)]
        return {step.name: (self._ask_bulk(step), step.name, step.label) for step in offered}

    def _ask_bulk(self, step: Step) -> Callable[..., HttpResponse]:
        def ask(_: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
            if (count := chosen.count()) > MOST_AT_ONCE:
                messages.error(request, f"一次最多选择 {MOST_AT_ONCE:,} 项，已选 {count:,} 项。请分批办理。")
                return redirect(f"{list_of(self.model)}?{request.GET.urlencode()}")
            return BulkStepView(self, step).ask(request, list(chosen))

        return ask

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list with what may be registered here."""
        member = acting_member(request)
        tools = [(step.label, reverse(self._route("new"), args=[step.name])) for step in self.new_steps if step.who.allows(member)]
        tools += self.links(request)
        tools.append(("导出Excel", f"{reverse(self._route('export'))}?{request.GET.urlencode()}"))
        context = {
            "title": str(self.model._meta.verbose_name_plural),
            "tools": tools,
            "list_intro": self.list_intro,
            "list_panels": self.list_panels(request),
        }
        try:
            return super().changelist_view(request, context | (extra_context or {}))
        except AddressUnread as unread:
            return self._unread(request, unread)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """
        Return the list as the address asks for it; page, file and bulk steps all stand on this one.

        Raises:
            AddressUnread.
        """
        return read_list(self, request, super().get_changelist_instance)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Return the rows in which each word stands in one of the fields, in whatever way it is written there."""
        fields = self.get_search_fields(request)
        several = any(lookup_spawns_duplicates(self.opts, field) for field in fields)
        return queryset.filter(found_in(fields, search_term)), several

    def _unread(self, request: HttpRequest, unread: AddressUnread) -> HttpResponse:
        """Lead back to the whole list, saying what of the address means nothing."""
        messages.error(request, unread.message)
        return redirect(list_of(self.model))

    def export_view(self, request: HttpRequest, part: int = 0, until: int = 0) -> HttpResponse:
        """
        Give the list out as a spreadsheet, filtered and ordered as on screen; of a long one, lead to the files it is divided into.

        ``part`` is one of those, ``until`` the newest row that there was when the list was divided.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except AddressUnread as unread:
            return self._unread(request, unread)
        if until:
            rows = rows.filter(pk__lte=until)
        count = rows.count()
        if part:
            first = (part - 1) * export.MAX_ROWS
            if first >= count:
                raise Http404(NOT_FOUND)
            return self.file_of(request, rows[first : first + export.MAX_ROWS], part=part)
        return self.file_of(request, rows) if count <= export.MAX_ROWS else self._in_files(request, rows, count)

    def _in_files(self, request: HttpRequest, rows: QuerySet[Any], count: int) -> HttpResponse:
        """Say that the list is too long for one file, and offer it in several."""
        if count > export.MAX_ROWS * export.MAX_FILES:
            messages.error(request, export.TOO_MANY_ROWS.format(count=count, most=export.MAX_ROWS))
            return redirect(f"{list_of(self.model)}?{request.GET.urlencode()}")
        newest = rows.aggregate(newest=Max("pk"))["newest"]
        until, asked = (newest if isinstance(newest, int) else 0), request.GET.urlencode()
        files = export.parts_of(count, address=lambda number: f"{reverse(self._route('export_part'), args=[number, until])}?{asked}")
        context = self.admin_site.each_context(request) | {
            "title": "分批导出",
            "opts": self.model._meta,
            "back": f"{list_of(self.model)}?{asked}",
            "says": export.IN_SEVERAL_FILES.format(count=count, most=export.MAX_ROWS, files=len(files)),
            "files": files,
        }
        return TemplateResponse(request, "case/export.html", context)

    def file_of(self, request: HttpRequest, rows: QuerySet[Any], *, part: int = 0) -> HttpResponse:
        """Return the file of the rows that the address asks for; ``part`` is its number among several."""
        name = f"{self.model._meta.model_name}-{timezone.localdate():%Y%m%d}{f'-{part}' if part else ''}.xlsx"
        columns = self.exported_columns or self.columns_for(request)
        title = str(self.model._meta.verbose_name_plural)
        return spreadsheet(request, title, columns, rows.iterator(chunk_size=2000), filename=name, what=self.model)

    def case_of(self, request: HttpRequest, object_id: str) -> Any:
        """
        Return the case under an address.

        Raises:
            Http404: there is none, or not for this person.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related(*self.case_related) if self.case_related else self.get_queryset(request)
        try:
            key = self.model._meta.pk.to_python(object_id)
        except (ValidationError, ValueError) as bad_key:
            raise Http404(NOT_FOUND) from bad_key
        case = rows.filter(pk=key).first() if "\x00" not in object_id else None  # no database stores NUL
        if case is None:
            raise Http404(NOT_FOUND)
        return case

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show one case: its facts, its parts, what may be done with it, and who did what."""
        if object_id is None:
            raise PermissionDenied
        case = self.case_of(request, object_id)
        member = acting_member(request)
        if self.is_case:
            EXTENSION_POINTS.record_opening(obj=case, actor=member, at=timezone.now(), **self.opening_scope(case))
        context = self.admin_site.each_context(request) | {
            "title": self.heading(case),
            "opts": self.model._meta,
            "case": case,
            "kind": self.model._meta.verbose_name,
            "heading": self.heading(case),
            "badges": self.badges(case),
            "steps": [(step, self.step_url(step, case)) for step in self.all_steps if step.offered(member, case)],
            "panels": [panel for panel in self.panels(request, case) if panel is not None],
            "list_url": list_of(self.model),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "case/page.html", context)

    def opening_scope(self, case: Any) -> dict[str, Any]:
        """Return whom an opening concerns, as the log takes it; nobody in particular by default."""
        return {}

    def list_panels(self, request: HttpRequest) -> list[Any]:
        """Return the blocks shown above the list; none by default."""
        return []

    def preview(self, request: HttpRequest, case: Any, step: Step) -> list[Any]:
        """Return the blocks shown above a step's form, so that a person confirms what is before the eyes; none by default."""
        return []

    def heading(self, case: Any) -> str:
        """Return the title over the page."""
        return str(case)

    def badges(self, case: Any) -> list[Badge]:
        """Return the states shown beside the title."""
        state = getattr(case, "state", None)
        return [Badge(case.get_state_display(), tone_of(state))] if state else []

    def panels(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the blocks of the page: own facts, then parts, then what other apps add."""
        own: list[Any] = [self.first_panel(request, case)] if self.shows else []
        return own + self.parts(request, case) + [panel(request, case) for panel in panels_for(self.model)]

    def first_panel(self, request: HttpRequest, case: Any) -> Facts:
        """Return the block of the case's own fields."""
        return facts(request, case, "基本情况", *self.shows)

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the blocks of the case's parts; none by default."""
        return []

    def step_url(self, step: Step, case: Model) -> str:
        """Return the address where a step on a case is asked and taken."""
        return reverse(self._route("do"), args=[case.pk, step.name])

    def _route(self, name: str) -> str:
        return f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_{name}"

    def get_urls(self) -> list[URLPattern]:
        """Return the list's and the pages' addresses with those of the steps before them."""
        base = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        view = self.admin_site.admin_view
        own = [
            path("new/<slug:name>/", view(self._new), name=f"{base}_new"),
            path("bulk/<slug:name>/", view(self._bulk), name=f"{base}_bulk"),
            path("export/", view(self.export_view), name=f"{base}_export"),
            path("export/<int:part>/<int:until>/", view(self.export_view), name=f"{base}_export_part"),
            path("<path:object_id>/do/<slug:name>/", view(self._do), name=f"{base}_do"),
        ]
        return own + super().get_urls()

    def _new(self, request: HttpRequest, name: str) -> HttpResponse:
        return NewStepView(self, _named(self.new_steps, name)).answer(request)

    def _bulk(self, request: HttpRequest, name: str) -> HttpResponse:
        return BulkStepView(self, _named(self.bulk_steps, name)).answer(request)

    def _do(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        return CaseStepView(self, _named(self.all_steps, name)).answer(request, self.case_of(request, object_id))

    def follows(self, made: Any) -> bool:
        """Return whether a step's result is another kind of thing whose page comes next (an application's loan)."""
        other_page = isinstance(made, Model) and not isinstance(made, self.model) and type(made) in self.admin_site._registry
        return other_page or is_file(made)

    def after(self, made: Any, case: Any) -> HttpResponse:
        """Return where a person lands after a step: on what it made, else on the case, else on the list; a file is handed out."""
        if is_file(made):
            answer = HttpResponse(made.content, content_type=made.content_type)
            answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.filename)
            return answer
        for place in (made, case):
            if isinstance(place, Model) and type(place) in self.admin_site._registry:
                return redirect(page_of(place))
        return redirect(list_of(self.model))


def _named(steps: Sequence[Step], name: str) -> Step:
    """Return the step of that name, or answer that there is no such page."""
    for step in steps:
        if step.name == name:
            return step
    raise Http404
