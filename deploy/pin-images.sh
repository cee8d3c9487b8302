#!/bin/bash
# At installation: pull the images that .env names and write the digests of what was pulled into .env, so that every later start and
# build uses exactly these. Run again after changing a tag. FUND_ENV_FILE names another file than .env.
set -euo pipefail
file=${FUND_ENV_FILE:-$(dirname "$0")/../.env}
[ -f "$file" ] || { echo "找不到 $file：请先 cp .env.example .env 并填写。" >&2; exit 1; }
command -v docker >/dev/null || { echo "本机没有 docker 命令：请在安装了容器引擎的主机上运行。" >&2; exit 1; }
for name in PYTHON_IMAGE POSTGRES_IMAGE REDIS_IMAGE; do
    named=$(sed -n "s/^$name=//p" "$file" | tail -1)
    [ -n "$named" ] || { echo "$file 中没有 $name：请参照 .env.example 补上。" >&2; exit 1; }
    tag=${named%@*}
    docker pull --quiet "$tag" >/dev/null
    digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "$tag")
    case "$digest" in
        *@sha256:*) ;;
        *) echo "没有取得 $tag 的摘要：请检查镜像来源。" >&2; exit 1 ;;
    esac
    changed=$(sed "s|^$name=.*|$name=$tag@${digest#*@}|" "$file")
    printf '%s\n' "$changed" > "$file"
    echo "$name=$tag@${digest#*@}"
done
