"""The whitelist on screen: entries and their steps, projects, batches, imported lists, deliveries."""

from common.admin.extension_points import EXTENSION_POINTS
from common.transitions import verb_labels
from whitelist.admin import batches, deliveries, entries, imports, projects, screenings
from whitelist.delivery_transitions import DELIVERY_STEPS
from whitelist.import_transitions import IMPORT_STEPS
from whitelist.transitions import ENTRY_STEPS

EXTENSION_POINTS.verbs |= verb_labels((*ENTRY_STEPS, *IMPORT_STEPS, *DELIVERY_STEPS)) | {
    "entry.drafted": "填报申请",
    "entry.declared": "更正企业声明",
    "entry.opinion_recorded": "登记意见",
    "entry.refreshed": "重新核对条件",
    "project.registered": "登记项目",
    "project.corrected": "更正项目信息",
    "batch.published": "发布批次",
    "announcement.made": "生成发布通知",
    "import.received": "接收名单",
    "import.differences_settled": "处理名单差异",
    "list.screened": "筛选名单",
    "delivery.exported": "导出推送文件",
    "delivery.collected": "对方拉取",
}

__all__ = ["batches", "deliveries", "entries", "imports", "projects", "screenings"]
