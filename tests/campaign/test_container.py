"""The Dockerfile, without a container: what it copies installs in an empty environment and serves a mounted folder."""

import re
import shlex
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from kb.database import open_kb, transaction
from kb.publish.run import publish_kb
from kb.store.records import save_records
from tests.records import MOMENT, record

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.campaign
def test_what_the_dockerfile_copies_installs_and_serves_a_published_folder(tmp_path: Path) -> None:
    source, data, environment = tmp_path / "src", tmp_path / "data", tmp_path / "environment"
    source.mkdir()
    for name in re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    with closing(open_kb(tmp_path / "own.db", create=True)) as db, transaction(db):
        save_records(db, [record(1)], received_at=MOMENT)
    publish_kb(tmp_path / "own.db", data)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install = re.search(r"^RUN (pip install .*?) && ", DOCKERFILE, re.MULTILINE)
    entry = re.search(r"^ENTRYPOINT (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert install is not None
    assert entry is not None

    words = [word.replace("/src", str(source)) for word in shlex.split(install[1])]
    subprocess.run([environment / "bin" / words[0], *words[1:], "--quiet"], check=True)
    shutil.rmtree(source)
    program, *options = [word.replace("/data", str(data)) for word in re.findall(r'"([^"]+)"', entry[1])]
    command = [environment / "bin" / program, *options, "--name", "localhost", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        try:
            assert server.stdout is not None
            port = re.search(r":(\d+)", server.stdout.readline())
            assert port is not None
            assert httpx.get(f"http://localhost:{port[1]}/article/1").status_code == 200
        finally:
            server.terminate()
