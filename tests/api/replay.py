"""
Playing a list of a bank's calls: in its own order, or shuffled within what causality allows over a line that loses questions and answers.

A call waits for the answers of the calls it names. In a shuffled play calls of one day come in any order, those entered late on a later
day; a question may be lost on its way, an answer after the commit; the bank's program then asks again under the same key, or, having
lost its memory of the key, under a new one, known by the bank's own reference. Now and then it asks again though it was answered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from tests.api.bank import Stage

Known = dict[str, Any]
Body = Mapping[str, Any] | bytes
LATEST = 4  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    One call of the month. ``sent`` may need answers of other calls, by name, and is made once; repeats say the same.

    ``has_own_number``: the bank's reference makes a repeat under a new key the same call. ``found_at``: where the program looks for what
    it did when a repeat under a new key is refused because the step is taken already. ``work``: no call, but what others do in between.
    """

    name: str
    on: date
    address: str = ""
    sent: Callable[[Known], Body] = lambda known: {}
    after: Sequence[str] = ()
    has_own_number: bool = False
    found_at: str = ""
    may_be_late: bool = False
    media_type: str = "application/json"
    work: Callable[[Known], Any] | None = None


@dataclass(slots=True)
class Question:
    """A call with what the bank's program remembers of it."""

    call: Call
    day: date
    key: str = field(default_factory=lambda: str(uuid4()))
    body: bytes | None = None
    first_answer: Any = None  # what the program never saw, but the test did
    is_extra: bool = False
    is_key_refused: bool = False  # it stands for nothing: a program that knows better does not ask under it again


@dataclass(slots=True)
class Play:
    """One play of the month."""

    stage: Stage
    random: Random | None = None  # none: plainly
    known: Known = field(default_factory=dict)
    lost: int = 0
    repeated: int = 0

    def run(self, calls: Sequence[Call]) -> "Play":
        """Play all calls and return what came of it."""
        waiting = [Question(call, day) for call, day in zip(calls, self._days(calls), strict=True)]
        day = min(question.day for question in waiting)
        self.stage.on(day)
        while waiting:
            due = [one for one in waiting if one.day <= day and all(name in self.known for name in one.call.after)]
            if not due:
                day += timedelta(days=1)
                assert day <= max(one.day for one in waiting), f"no way on: {[one.call.name for one in waiting]}"
                self.stage.on(day)
                continue
            question = self.random.choice(due) if self.random else due[0]
            if self._ask(question):
                waiting.remove(question)
                if again := self._again(question, day):
                    waiting.append(again)
        return self

    def _days(self, calls: Sequence[Call]) -> list[date]:
        """Return the day on which each call is made: its own, or later where it may be late or waits for one that is."""
        days: dict[str, date] = {}
        for call in calls:
            late = self.random.randint(0, LATEST) if self.random and call.may_be_late else 0
            days[call.name] = max([call.on + timedelta(days=late), *(days[name] for name in call.after)])
        return list(days.values())

    def _ask(self, question: Question) -> bool:
        """Ask, and return whether the program has its answer."""
        call, luck = question.call, self.random.random() if self.random else 1.0
        if call.work is not None:
            self.known[call.name] = call.work(self.known)
            return True
        if question.body is None:
            sent = call.sent(self.known)
            question.body = sent if isinstance(sent, bytes) else json.dumps(sent, default=str, ensure_ascii=False).encode()
        if luck < 0.15:  # the connection fails before anything arrives
            self.lost += 1
            return False
        answer = self._sent(question)
        if luck < 0.45:  # the answer is lost after the commit
            self.lost += 1
            question.first_answer = question.first_answer or answer
            if luck < 0.3 and (call.has_own_number or not question.is_extra):
                question.key = str(uuid4())
            return False
        if not question.is_extra:
            self.known[call.name] = answer
        return True

    def _sent(self, question: Question) -> Any:
        """Return the answer, or what the program finds where the step turns out to be taken."""
        call = question.call
        address, headers = f"/api/v1/{call.address.format(**self.known)}", self.stage.bank.headers | {"idempotency-key": question.key}
        answer = self.stage.bank.http.post(address, data=question.body, content_type=call.media_type, headers=headers)
        said = answer.json()
        if question.first_answer is None:
            assert answer.status_code in (200, 201, 202), f"{call.name}: {answer.content.decode()}"
            return said
        self.repeated += 1
        if answer.status_code < 300:
            if call.has_own_number or "Idempotent-Replayed" in answer:
                assert said["id"] == question.first_answer["id"], f"{call.name}: done twice"
            question.first_answer = said  # a file under a new key is taken in anew, and its rows are known
            return said
        assert not call.has_own_number, f"{call.name}: {answer.content.decode()}"
        assert answer.status_code in (403, 409), f"{call.name}: {answer.content.decode()}"
        found = self.stage.bank.get(call.found_at.format(**self.known))
        found = found["results"][0] if "results" in found else found
        assert found["id"] == question.first_answer["id"], f"{call.name}: not found again"
        question.is_key_refused = True
        return found

    def _again(self, question: Question, day: date) -> Question | None:
        """Return the same question once more, for a program that asks at least once rather than once."""
        call = question.call
        if self.random is None or call.work is not None or question.is_extra or question.is_key_refused or self.random.random() > 0.2:
            return None
        key = str(uuid4()) if call.has_own_number and self.random.random() < 0.5 else question.key
        later = day + timedelta(days=self.random.randint(0, LATEST))
        return Question(call, later, key, question.body, first_answer=self.known[call.name], is_extra=True)
