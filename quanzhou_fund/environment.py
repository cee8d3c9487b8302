"""
Every variable of the environment that the product reads: one table, which ``docs/handbook/settings.md`` repeats.

Reading it is pure: the process's environment in, values out, or sentences that say what to mend. In production
(``FUND_ENV=production``) nothing that matters has a default and nothing meant for the demo is accepted.
"""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from quanzhou_fund.variables import (
    Production,
    Variable,
    keys,
    networks,
    next_database,
    one_of,
    requests_per,
    whole_number,
    words,
    yes_or_no,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_SECRET_KEY = "demo-only-secret-key-that-production-refuses-0123456789"
DEMO_BID_KEY = "T3PojCo42SC7D5GX20tESFIG0f0WrSU0ag3iZC6AYMo="
DEMO_WEBHOOK_KEY = "6jDWBoOcw8qVYMYupfR3ApFweaxZkrgEIhPv7iZfqhE="
DEMO_ANSWER_KEY = "1kEvEsQl4u6fKAqt81Vtu_ywlaQWkPsJOUqs7BfIvQ8="
DEMO_CURSOR_KEY = "Hm1cYB0Gg3Qp9sVxJ7dZk2uWnR5tLfEoA8iC6yN4bTw="
DEMO_AUTHENTICATOR_KEY = "HtGR3zKG9gbZ3l4r6ziSp8yjIB-cEzSN5Jz2j9xTnV8="
# The keys that encrypt what lies in the database, each for one thing, and what people call them.
ENCRYPTION_KEYS = {
    "BID_KEYS": "投标密钥",
    "WEBHOOK_KEYS": "推送密钥",
    "ANSWER_KEYS": "答复密钥",
    "CURSOR_KEYS": "游标密钥",
    "AUTHENTICATOR_KEYS": "二次验证密钥",
}
DEMO_KEYS = (DEMO_BID_KEY, DEMO_WEBHOOK_KEY, DEMO_ANSWER_KEY, DEMO_CURSOR_KEY, DEMO_AUTHENTICATOR_KEY)
SHORTEST_SECRET = 50
LONGEST_WAIT_SECONDS = 45  # of one request, for what it calls; gunicorn's time-out is 60
FEWEST_DIFFERENT_CHARACTERS = 5
MOST_IDLE_MINUTES = 30


class Misconfigured(ImproperlyConfigured):
    """The environment cannot be used: every reason, one sentence a line."""


VARIABLES: tuple[Variable, ...] = (
    Variable(
        name="FUND_ENV", read=one_of("demo", "production"), form="demo / production", demo="demo", live="production", meaning="运行环境"
    ),
    Variable(
        name="SECRET_KEY",
        form="文本",
        demo=DEMO_SECRET_KEY,
        production=Production.REQUIRED,
        meaning="会话和交接链接的签名密钥，不少于 50 个字符；更换后所有人须重新登录",
    ),
    Variable(
        name="BID_KEYS",
        read=keys,
        form="逗号分隔，每把为32字节的URL安全base64",
        demo=DEMO_BID_KEY,
        production=Production.REQUIRED,
        is_secret=True,
        meaning="投标加密密钥；第一把用于新投标，其余供开启旧投标，须与数据库分开备份，遗失则未开标的投标无法开启",
    ),
    Variable(
        name="WEBHOOK_KEYS",
        read=keys,
        form="逗号分隔，每把为32字节的URL安全base64",
        demo=DEMO_WEBHOOK_KEY,
        production=Production.REQUIRED,
        is_secret=True,
        meaning="事件推送签名密钥的加密密钥；第一把用于新密钥，其余供读取旧密钥，遗失则各行须更换签名密钥",
    ),
    Variable(
        name="ANSWER_KEYS",
        read=keys,
        form="逗号分隔，每把为32字节的URL安全base64",
        demo=DEMO_ANSWER_KEY,
        production=Production.REQUIRED,
        is_secret=True,
        meaning="接口答复的加密密钥；第一把用于新保存的答复，其余供读取旧答复，更换后旧密钥须保留100天",
    ),
    Variable(
        name="CURSOR_KEYS",
        read=keys,
        form="逗号分隔，每把为32字节的URL安全base64",
        demo=DEMO_CURSOR_KEY,
        production=Production.REQUIRED,
        is_secret=True,
        meaning="接口游标的加密密钥；第一把用于新游标，其余供读取旧游标，遗失则各行程序须从头读取列表和事件",
    ),
    Variable(
        name="AUTHENTICATOR_KEYS",
        read=keys,
        form="逗号分隔，每把为32字节的URL安全base64",
        demo=DEMO_AUTHENTICATOR_KEY,
        production=Production.REQUIRED,
        is_secret=True,
        meaning="二次验证密钥的加密密钥；第一把用于新绑定的设备，其余供读取旧设备，遗失则各人须用恢复码登录后重新绑定",
    ),
    Variable(name="DEBUG", read=yes_or_no, form="是否", demo="false", live="false", meaning="调试页面；生产环境不得开启"),
    Variable(
        name="ALLOWED_HOSTS",
        read=words,
        form="逗号分隔",
        demo="127.0.0.1,localhost",
        production=Production.REQUIRED,
        meaning="对外提供服务的域名，不接受通配符 *",
    ),
    Variable(
        name="CSRF_TRUSTED_ORIGINS", read=words, form="逗号分隔", demo="", meaning="经代理访问时的来源，如 https://fund.example.gov.cn"
    ),
    Variable(
        name="DATABASE_URL",
        form="postgres://用户:口令@主机:端口/库",
        demo="postgres://fund:fund@127.0.0.1:5432/fund",
        production=Production.REQUIRED,
        meaning="PostgreSQL 18 数据库；迁移用所有者角色，运行用应用角色",
    ),
    Variable(name="DATABASE_CONN_MAX_AGE", read=whole_number, form="秒", demo="60", live="60", meaning="数据库连接保持时间"),
    Variable(
        name="DATABASE_POOLED",
        read=yes_or_no,
        form="是否",
        demo="false",
        live="false",
        meaning="DATABASE_URL 是否指向事务模式的连接池（PgBouncer）；迁移和授权命令须直连数据库",
    ),
    Variable(
        name="REDIS_URL",
        form="redis://:口令@主机:端口/序号",
        demo="redis://127.0.0.1:6379/0",
        production=Production.REQUIRED,
        meaning="任务队列",
    ),
    Variable(
        name="CACHE_URL",
        form="redis://:口令@主机:端口/序号",
        demo="",
        meaning="缓存和限流计数，须与任务队列分开；不填则为 REDIS_URL 的下一个序号",
    ),
    Variable(
        name="PROMETHEUS_MULTIPROC_DIR", form="目录", demo="", meaning="网页服务各进程的监控计数存放目录，与监控指标服务共用；不填则不计数"
    ),
    Variable(name="MEDIA_ROOT", form="目录", demo="var/media", production=Production.REQUIRED, meaning="上传材料的存放目录，须纳入备份"),
    Variable(name="DOCUMENTS_MAX_MB", read=whole_number, form="MB", demo="20", live="20", meaning="单个上传材料的大小上限"),
    Variable(
        name="CLAMD_ADDRESS",
        form="tcp://主机:端口 或 unix:///路径",
        demo="",
        meaning="病毒检查服务（clamd）的地址；不填则不检查，填了而连不上则拒绝上传",
    ),
    Variable(name="CLAMD_TIMEOUT", read=whole_number, form="秒", demo="30", live="30", meaning="等待病毒检查结果的最长时间"),
    Variable(
        name="TRUSTED_PROXY_COUNT",
        read=whole_number,
        form="个数",
        demo="0",
        live="0",
        meaning="前置反向代理的层数；大于 0 时采信其 X-Forwarded-For 和 X-Forwarded-Proto",
    ),
    Variable(
        name="HSTS_SECONDS",
        read=whole_number,
        form="秒",
        demo="0",
        live="31536000",
        meaning="要求浏览器只用 HTTPS 访问的期限",
    ),
    Variable(
        name="EMAIL_URL",
        form="smtp+tls://用户:口令@主机:端口",
        demo="consolemail://",
        live="dummymail://",
        meaning="提醒邮件的发送方式；生产环境不填则不发邮件，只发站内消息",
    ),
    Variable(name="DEFAULT_FROM_EMAIL", form="邮箱", demo="fund@localhost", live="fund@localhost", meaning="提醒邮件的发件人"),
    Variable(
        name="LOG_LEVEL",
        read=one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        form="DEBUG / INFO / WARNING / ERROR",
        demo="WARNING",
        live="INFO",
        meaning="日志级别",
    ),
    Variable(
        name="LOG_FORMAT",
        read=one_of("console", "json"),
        form="console / json",
        demo="console",
        live="json",
        meaning="日志格式，输出到标准错误",
    ),
    Variable(
        name="LOGIN_FAILURE_LIMIT", read=whole_number, form="次数", demo="5", live="5", meaning="同一账号从同一地址连续登录失败多少次后锁定"
    ),
    Variable(
        name="STAFF_SECOND_FACTOR",
        read=yes_or_no,
        form="是否",
        demo="false",
        live="true",
        meaning="机构人员登录须使用二次验证（动态验证码）；生产环境不得关闭，个别单位的豁免由运营单位两人办理",
    ),
    Variable(
        name="IDLE_MINUTES", read=whole_number, form="分钟", demo="15", live="15", meaning="无操作多久后自动退出；登录满 8 小时一律重新登录"
    ),
    Variable(name="PASSWORDS_REMEMBERED", read=whole_number, form="次数", demo="5", live="5", meaning="新密码不得与最近多少次用过的相同"),
    Variable(
        name="CALCULATOR_RATE",
        read=requests_per,
        form="次数/sec、min、hour 或 day",
        demo="6000/min",
        live="600/min",
        meaning="每个地址可请求规则测算（无需登录）的频率",
    ),
    Variable(
        name="TOKEN_RATE",
        read=requests_per,
        form="次数/sec、min、hour 或 day",
        demo="600/min",
        live="60/min",
        meaning="每个地址可获取接口访问令牌的频率",
    ),
    Variable(
        name="WEBHOOK_ALLOWED_NETWORKS",
        read=networks,
        form="逗号分隔的网段",
        demo="127.0.0.0/8",
        meaning="事件推送可访问的内网网段，如银行专线 10.8.0.0/16；其余内网地址一律不访问",
    ),
    Variable(
        name="APPOINTER_CHECKS_AFTER_DAYS",
        read=whole_number,
        form="天",
        demo="30",
        live="30",
        meaning="提出或确认某人账号、任职、岗位的人，多少天内不得复核其经办的业务",
    ),
    Variable(name="LOGIN_LOCK_MINUTES", read=whole_number, form="分钟", demo="15", live="15", meaning="登录锁定的时长"),
    Variable(name="SITE_OWNER", form="文本", demo="泉州市工业和信息化局（演示）", meaning="公众页面页脚的主办单位，空则不显示"),
    Variable(name="SITE_CODE", form="文本", demo="", meaning="公众页面页脚的政府网站标识码，空则不显示"),
    Variable(name="SITE_ICP", form="文本", demo="", meaning="公众页面页脚的 ICP 备案号，空则不显示"),
    Variable(name="SITE_POLICE", form="文本", demo="", meaning="公众页面页脚的公安联网备案号，空则不显示"),
)


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the value of every variable of the table.

    Raises:
        Misconfigured: with one sentence for each variable that is missing, malformed or unfit for production.
    """
    live = environ.get("FUND_ENV", "demo").strip() == "production"
    problems: list[str] = []
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        given = environ.get(variable.name, "").strip()
        if not given and live and variable.production is Production.REQUIRED:
            problems.append(f"生产环境必须设置环境变量 {variable.name}（{variable.meaning}）。")
            continue
        try:
            values[variable.name] = variable.read(given or (variable.live if live else variable.demo))
        except ValueError:
            shown = "" if variable.is_secret else f"“{given}”"
            problems.append(f"环境变量 {variable.name} 的值{shown}不正确，应为：{variable.form}。")
    if "REDIS_URL" in values and not values.get("CACHE_URL"):
        try:
            values["CACHE_URL"] = next_database(values["REDIS_URL"])
        except ValueError:
            problems.append("环境变量 REDIS_URL 末尾的序号不正确，应为数字，如 redis://主机:6379/0。")
    if live:
        problems += unfit_for_production(values)
    if problems:
        raise Misconfigured("\n".join(problems))
    return values


def unfit_for_production(values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that only the demo may have."""
    problems = []
    secret = values.get("SECRET_KEY")
    if secret == DEMO_SECRET_KEY:
        problems.append("生产环境不能使用演示密钥：请把 SECRET_KEY 换成随机生成的文本。")
    elif secret and (len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_DIFFERENT_CHARACTERS):
        problems.append(f"SECRET_KEY 过于简单：请使用不少于 {SHORTEST_SECRET} 个字符的随机文本。")
    problems += _unfit_keys(values)
    if values.get("DEBUG"):
        problems.append("生产环境不能开启 DEBUG：它会把内部信息显示给访问者。")
    if "*" in values.get("ALLOWED_HOSTS", []):
        problems.append("生产环境的 ALLOWED_HOSTS 不能是通配符 *：请逐个列出域名。")
    if values.get("STAFF_SECOND_FACTOR") is False:
        problems.append("生产环境不能关闭 STAFF_SECOND_FACTOR：个别单位的豁免请由运营单位两人在系统中办理。")
    if not 1 <= values.get("IDLE_MINUTES", 1) <= MOST_IDLE_MINUTES:
        problems.append(f"生产环境的 IDLE_MINUTES 应为 1 至 {MOST_IDLE_MINUTES}：无操作的会话须及时退出。")
    if str(values.get("DATABASE_URL", "")).startswith("postgres://fund:fund@"):
        problems.append("生产环境不能使用演示数据库口令：请在 DATABASE_URL 中换成自己的口令。")
    return [*problems, *_unfit_services(values)]


def _unfit_keys(values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each encryption key that is the demo's, not random, or used for two things."""
    problems, demo = [], [key for written in DEMO_KEYS for key in keys(written)]
    for name, called in ENCRYPTION_KEYS.items():
        if any(key in demo for key in values.get(name, [])):
            problems.append(f"生产环境不能使用演示的{called}：请把 {name} 换成随机生成的密钥。")
        if any(len(set(key)) < FEWEST_DIFFERENT_CHARACTERS for key in values.get(name, [])):
            problems.append(f"{name} 过于简单：请使用随机生成的密钥。")
    for one, other in combinations(ENCRYPTION_KEYS, 2):
        if set(values.get(one, [])) & set(values.get(other, [])):
            problems.append(f"{one} 与 {other} 有相同的密钥：请为每项用途分别生成密钥。")
    return problems


def _unfit_services(values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each neighbour that production cannot be run beside as it is named."""
    problems = []
    if values.get("CLAMD_TIMEOUT", 0) > LONGEST_WAIT_SECONDS:
        problems.append(f"CLAMD_TIMEOUT 不能超过 {LONGEST_WAIT_SECONDS} 秒：网页服务办理一次请求最长 60 秒，超过即被中断。")
    if values.get("CACHE_URL") and values["CACHE_URL"] == values.get("REDIS_URL"):
        problems.append("CACHE_URL 与 REDIS_URL 相同：清空缓存会连同任务队列一起清空，请换一个序号。")
    return problems


def table() -> str:
    """Return the Markdown table that ``docs/handbook/settings.md`` holds."""
    lines = ["| 变量 | 含义 | 取值 | 演示默认值 | 生产默认值 |", "|---|---|---|---|---|"]
    for variable in VARIABLES:
        live = "必填" if variable.production is Production.REQUIRED else _shown(variable.live)
        lines.append(f"| `{variable.name}` | {variable.meaning} | {variable.form} | {_shown(variable.demo)} | {live} |")
    return "\n".join(lines)


def _shown(value: str) -> str:
    return f"`{value}`" if value else "空"
