"""A real WordPress on a real MariaDB, started by a test and gone with it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.live import free_port

SOURCE = Path("/usr/share/wordpress")
PASSWORD = "a password of a test"
_START_S = 60.0
_CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
_INSTALL = """
define('WP_INSTALLING', true);
require 'wp-load.php';
require 'wp-admin/includes/upgrade.php';
wp_install('A blog', 'owner', 'owner@example.org', true, '', '{password}');
"""
_SET_UP = """
require 'wp-load.php';
require 'wp-admin/includes/plugin.php';
global $wp_rewrite;
update_option('permalink_structure', '/%postname%/');
$wp_rewrite->init();
$wp_rewrite->flush_rules();
activate_plugin('comment-widget/comment-widget.php');
foreach (['One', 'Two'] as $title)
  wp_insert_post(['post_title' => $title, 'post_name' => strtolower($title),
    'post_content' => 'Text.', 'post_status' => 'publish', 'post_author' => 1]);
wp_insert_post(['post_title' => 'Closed', 'post_name' => 'closed', 'comment_status' => 'closed',
  'post_content' => 'Text.', 'post_status' => 'publish', 'post_author' => 1]);
"""


class WordPress:
    """An installed WordPress with the plugin switched on, and two posts."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def php(self, source: str) -> None:
        """Run PHP in the folder of WordPress."""
        _run("php", "-d", "display_errors=stderr", "-r", source, cwd=self.folder)


@contextmanager
def running_wordpress(plugin: Path) -> Iterator[WordPress]:
    """Install WordPress with a plugin, serve it, and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cw-wp-"))
    port = free_port()
    made = WordPress(folder / "wordpress", f"http://127.0.0.1:{port}")
    try:
        with _database(folder) as socket:
            shutil.copytree(SOURCE, made.folder, ignore=shutil.ignore_patterns(".htaccess"))
            shutil.copytree(plugin, made.folder / "wp-content/plugins" / plugin.name)
            config = _CONFIG.format(socket=socket, url=made.url)
            (made.folder / "wp-config.php").write_text(config, "utf-8")
            made.php(_INSTALL.format(password=PASSWORD))
            made.php(_SET_UP)
            with _served(made, port):
                yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(folder: Path) -> Iterator[Path]:
    data, socket = folder / "data", folder / "socket"
    own = ["--user=root"] if os.geteuid() == 0 else []
    _run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
         "--auth-root-authentication-method=normal", *own, cwd=folder)  # fmt: skip
    program = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    process = subprocess.Popen(
        [program, "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking",
         f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0", *own],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until(lambda: _succeeds("mariadb", f"--socket={socket}", "-uroot", "-e", "SELECT 1"))
        _run("mariadb", f"--socket={socket}", "-uroot", "-e", "CREATE DATABASE wordpress",
             cwd=folder)  # fmt: skip
        yield socket
    finally:
        process.terminate()
        process.wait(_START_S)


@contextmanager
def _served(made: WordPress, port: int) -> Iterator[None]:
    # One process answers one request at a time, and WordPress may ask itself.
    env = os.environ | {"PHP_CLI_SERVER_WORKERS": "4"}
    process = subprocess.Popen(
        ["php", "-S", f"127.0.0.1:{port}", "-t", str(made.folder)],
        cwd=made.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _until(lambda: _answers(made.url))
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait(_START_S)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _START_S
    while not holds():
        assert time.monotonic() < end, "It did not start."


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
