"""The working-day calculator: when a term ends, or how many working days passed."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from calculators.selectors import ask
from common.admin.forms import CountInput, DayInput, as_meant
from common.dates import SUPPOSED
from common.errors import DomainError
from portal.public.page import public_page, shown
from portal.public.selectors import Plan


class DaysForm(forms.Form):
    """A start and either a number of working days or an end."""

    start = DayInput(days=SUPPOSED, label="从哪一天起算", help_text="当天不计入。", error_messages={"required": "请填写起算日。"})
    days = CountInput(label="多少个工作日后到期", help_text="与截止日填一个即可。", required=False)
    end = DayInput(days=SUPPOSED, label="或者：到哪一天为止", help_text="算出期间有多少个工作日。", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = as_meant(self)

    def sent(self) -> dict[str, Any]:
        """Return what was typed as the calculator is asked."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}

    def refuse(self, refusal: DomainError) -> None:
        """Show each problem at the field it is about."""
        for problem in refusal.errors:
            self.add_error(problem.field if problem.field in self.fields else None, problem.detail)
        if not refusal.errors:
            self.add_error(None, refusal.message)


@public_page
def working_days(request: HttpRequest, *, today: date, plan: Plan) -> HttpResponse:
    """Answer by the real calendar; a year whose notice is not out is told as 暂定."""
    if plan.version is None:
        return shown(request, "public/closed.html", today=today, plan=plan)
    form = DaysForm(request.GET if "start" in request.GET else None)
    answer = None
    if form.is_bound and form.is_valid():
        try:
            answer = ask("working-days", form.sent(), today=today)
        except DomainError as refusal:
            form.refuse(refusal)
    problems = [(form[name] if name in form.fields else None, faults[0]) for name, faults in form.errors.items()]
    return shown(request, "public/working_days.html", today=today, plan=plan, form=form, answer=answer, problems=problems)
