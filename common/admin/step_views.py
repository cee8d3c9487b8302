"""Asking for a step and taking it: one form, one call, a sentence either way."""

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from common.admin.display_values import list_of, page_of
from common.admin.export import told_export
from common.admin.extension_points import EXTENSION_POINTS, acting_member
from common.admin.forms import StepForm, problems_of
from common.admin.once import TOKEN, Earlier, FormSentBefore, kept_token, new_token, sent_of, standing_of, token_of
from common.admin.panels import spelled
from common.admin.revisions import SEEN, Moved, carried, marks, reconcile
from common.admin.steps import Step, StepContext, is_file
from common.database import RULE_KEPT, Busy, is_busy, is_refusal, sentence_of
from common.errors import DomainError, NotVisible
from common.templatetags.kept import forget_typed

CHOSEN = "chosen"
MOMENT = "%Y-%m-%d %H:%M"
SENT_BEFORE = "同样的内容已于{at}由{by}提交并办理，本次未重复办理。"
TAKEN_BEFORE = "本页已于{at}提交并办理“{label}”，本次未重复办理。"


class StepView:
    """One step asked for and taken; subclasses say on what."""

    def __init__(self, page: Any, step: Step) -> None:
        self.page, self.step = page, step
        self.earlier: Earlier | None = None  # the first form of the same content
        self.is_stale = False  # the page is to carry what it shows now

    @property
    def name(self) -> str:
        """Return the name by which forms of this step are kept."""
        return f"{self.page.model._meta.label_lower if self.page else ''}:{self.step.name}"

    def admit(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the acting member, or refuse a person whose institution or role does not take this step."""
        member = acting_member(request)
        if not self.step.allows(member, obj):
            raise PermissionDenied("您所在单位或您的岗位无权进行此项操作。")
        return member

    def form_for(self, request: HttpRequest, obj: Any, *, bound: bool) -> StepForm:
        """Return the step's form, filled with what was sent."""
        given = (request.POST, request.FILES) if bound else ()
        return self.step.form(*given, obj=obj, member=acting_member(request), on=timezone.localdate())

    def take(self, request: HttpRequest, obj: Any, form: StepForm) -> tuple[bool, Any]:
        """Return whether the domain took the step, and what it gave back; a refusal is shown on the form."""
        now = timezone.now()
        context = StepContext(obj=obj, member=acting_member(request), at=now, on=timezone.localdate(now), given=form.cleaned_data)
        try:
            # a file is read before its service's own transaction, so that no lock waits for the reader or the scanner
            with nullcontext() if request.FILES else transaction.atomic():
                return True, self._run_once(request, context, form)
        except NotVisible as gone:
            raise Http404(gone.message) from gone
        except Moved:
            self.is_stale = True
        except DomainError as refusal:
            form.refuse(refusal)
        except TransitionNotAllowed:
            form.add_error(None, f"该事项的状态已发生变化，不能办理“{self.step.label}”。请返回查看最新状态。")
        except ValidationError as wrong:
            form.add_error(None, problems_of(wrong))
        except DatabaseError as error:
            if is_busy(error):
                form.refuse(Busy())
            elif is_refusal(error):
                form.add_error(None, sentence_of(error) or RULE_KEPT)
            else:
                raise
        except ObjectDoesNotExist as gone:
            raise Http404(NotVisible().message) from gone
        return False, None

    def _run_once(self, request: HttpRequest, context: StepContext, form: StepForm) -> Any:
        """Return what the step gave back, or what the first form of the same content made."""
        sent = sent_of(request, step=self.name, form=form, at=context.at)
        earlier = EXTENSION_POINTS.once.earlier(sent, lambda made: standing_of(context.obj, made))
        if earlier is not None and earlier.content != sent.content:
            self.is_stale = True
            raise FormSentBefore(at=_moment(earlier.at))
        if earlier is not None:
            self.earlier = earlier
            return earlier.made
        made = self.step.run(replace(context, given=reconcile(form, carried(request))))
        if not is_file(made):  # a file may be fetched again
            EXTENSION_POINTS.once.keep(sent, made, standing_of(context.obj, made))
        return made

    def _carried(self, request: HttpRequest, form: StepForm) -> dict[str, str]:
        """Return what the page carries: as it came, or anew where it shows something else now."""
        if form.is_bound and not self.is_stale:
            return {TOKEN: token_of(request), SEEN: request.POST.get(SEEN, "")}
        return {TOKEN: new_token(), SEEN: json.dumps(marks(form))}

    def form_page(self, request: HttpRequest, form: StepForm, *, back: str, **context: Any) -> HttpResponse:
        """Return the page that asks."""
        shared = self.page.admin_site.each_context(request) | {
            "title": self.step.label,
            "opts": self.page.model._meta,
            "step": self.step,
            "form": form,
            "carried": self._carried(request, form),
            "back": back,
            "list_url": list_of(self.page.model),
        }
        return TemplateResponse(request, "case/step.html", shared | context, status=409 if form.is_bound and not form.is_valid() else 200)

    def thank(self, request: HttpRequest, made: Any = None) -> None:
        """Say that it is done, or was before; a file handed out is an event of the log."""
        forget_typed(request)
        if self.earlier is not None:
            messages.warning(request, SENT_BEFORE.format(at=_moment(self.earlier.at), by=self.earlier.by))
            return
        if is_file(made):
            told_export(request, what=self.page.model, title=made.filename, rows=1, form=made.content_type)
        done = self.step.done(made) if callable(self.step.done) else self.step.done
        messages.success(request, done or f"已办理：{self.step.label}。")


class CaseStepView(StepView):
    """A step on one case."""

    def answer(self, request: HttpRequest, case: Any) -> HttpResponse:
        """Ask for the step, or take it."""
        self.admit(request, case)
        if not self.step.is_open(case):
            taken_at = (
                EXTENSION_POINTS.once.taken_at(kept_token(token_of(request)), acting_member(request)) if request.method == "POST" else None
            )
            if taken_at is not None:
                forget_typed(request)
                messages.warning(request, TAKEN_BEFORE.format(at=_moment(taken_at), label=self.step.label))
                return redirect(page_of(case))
            messages.error(request, f"该事项当前状态不能办理“{self.step.label}”，请查看最新状态。")
            return redirect(page_of(case))
        form = self.form_for(request, case, bound=request.method == "POST")
        if request.method == "POST" and form.is_valid():
            taken, made = self.take(request, case, form)
            if taken:
                self.thank(request, made)
                return self.page.after(made if self.page.follows(made) else None, case)
        shown = {"case": case, "heading": self.page.heading(case), "badges": self.page.badges(case)}
        panels = [spelled(panel) for panel in self.page.preview(request, case, self.step) if panel is not None]
        return self.form_page(request, form, back=page_of(case), panels=panels, **shown)


class NewStepView(StepView):
    """A step that registers something new."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Ask for the step, or take it."""
        self.admit(request)
        form = self.form_for(request, None, bound=request.method == "POST")
        if request.method == "POST" and form.is_valid():
            taken, made = self.take(request, None, form)
            if taken:
                self.thank(request, made)
                return self.page.after(made, None)
        return self.form_page(request, form, back=list_of(self.page.model))


class BulkStepView(StepView):
    """A step on many cases chosen in the list; one call for all, so all or none."""

    def ask(self, request: HttpRequest, chosen: list[Any]) -> HttpResponse:
        """Show what was chosen and ask."""
        self.admit(request)
        return self._page(request, self.form_for(request, chosen, bound=False), chosen)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Take the step on what was chosen before."""
        self.admit(request)
        if request.method != "POST":
            return redirect(list_of(self.page.model))
        chosen = list(self.page.get_queryset(request).filter(pk__in=request.POST.getlist(CHOSEN)))
        form = self.form_for(request, chosen, bound=True)
        if form.is_valid():
            taken, made = self.take(request, chosen, form)
            if taken:
                self.thank(request, made)
                return self.page.after(made, None)
        return self._page(request, form, chosen)

    def _page(self, request: HttpRequest, form: StepForm, chosen: list[Any]) -> HttpResponse:
        route = f"admin:{self.page.model._meta.app_label}_{self.page.model._meta.model_name}_bulk"
        stuck = [case for case in chosen if not self.step.is_open(case)]
        address = reverse(route, args=[self.step.name])
        return self.form_page(request, form, back=list_of(self.page.model), chosen=chosen, stuck=stuck, action=address)


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):{MOMENT}}"
