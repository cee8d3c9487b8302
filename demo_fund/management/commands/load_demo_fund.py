"""Play the demo fund."""

import gc
import os
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.timezone import localdate, now
from tqdm import tqdm

from audit.sealing import seal_events
from demo_fund.cast import enrol_visitor, open_enterprise_logins
from demo_fund.glance import glance, problems_of_the_books
from demo_fund.hands import playing
from demo_fund.models import DemoRun
from demo_fund.player import HANDS, stretches
from demo_fund.programs import open_programs
from demo_fund.progress import Progress, report_progress
from demo_fund.promises import broken_promises
from demo_fund.story import SEED, SIZES, story
from demo_fund.versions import require_own_story, story_version

SEAL_EVERY = 150  # stretches
GC_AT = (50_000, 20, 20)  # hundreds of thousands of short-lived objects, hardly a cycle among them


class Command(BaseCommand):
    """``manage.py load_demo_fund``: a killed load is finished, a finished one is kept."""

    help = "按业务服务逐日推演演示基金（截至今天的十二个季度）。中断后再次执行即接着载入；已完成则保留。"

    def add_arguments(self, parser: Any) -> None:
        """Let a test play a shorter fund."""
        parser.add_argument("--until", type=date.fromisoformat, default=None, help="推演到哪一天，默认今天")
        parser.add_argument("--hands", type=int, choices=range(1, HANDS + 1), default=1, help="同时推演的进程数，默认 1")
        parser.add_argument("--size", choices=sorted(SIZES), default="full", help="规模，默认完整")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play what is missing, then show the fund and check the books."""
        if settings.IS_PRODUCTION:
            raise CommandError("演示基金不能载入正式环境。")
        require_own_story()
        begun = {"seed": SEED, "until": options["until"] or localdate(), "size": options["size"], "story": story_version()}
        run, _ = DemoRun.objects.get_or_create(defaults=begun)
        if run.finished_at is None:
            self._play(run, hands=options["hands"])
            self.stdout.write(glance(on=run.until))
        open_programs(at=now())
        seal_events(at=now())  # also what a run left that was killed before it sealed
        problems = problems_of_the_books(on=run.until)
        if problems:
            raise CommandError("账目核对未通过：" + "；".join(problems))
        if run.finished_at is None:
            self._keep_promises(run)
            os.sync()  # the papers, which were not waited for one by one
            run.finished_at = now()
            run.save(update_fields=["finished_at"])
            self.stdout.write("账目核对通过：变动与余额、结算明细与合计、市县分担、总账平衡、审计封存均一致。")

    def _keep_promises(self, run: DemoRun) -> None:
        """
        See that what visitors are told about is there.

        Raises:
            CommandError: with the sentence of each promise that does not hold.
        """
        broken = broken_promises(on=run.until)
        if broken:
            raise CommandError("演示的内容不齐：" + "；".join(broken))

    def _play(self, run: DemoRun, *, hands: int) -> None:
        """Play the story with a progress bar."""
        gc.freeze()
        gc.set_threshold(*GC_AT)
        told = stretches(story(seed=run.seed, until=run.until, size=run.size))
        with (
            playing(told, hands=hands) as play,
            tqdm(total=sum(map(len, told)), desc="推演演示基金", unit="步", disable=None, dynamic_ncols=True) as bar,
        ):
            done = 0  # counted here: a bar that no terminal shows stands still
            for number, stretch in enumerate(told):
                play(number)
                done += len(stretch)
                bar.update(len(stretch))
                report_progress(Progress(phase="正在推演演示基金", done=done, total=bar.total, day=stretch[-1].step.on.isoformat()))
                if number % SEAL_EVERY == 0:
                    seal_events(at=now())
        open_enterprise_logins()
        enrol_visitor()
        seal_events(at=now())
