"""Server configuration: one TOML file and ``COMMENT_WIDGET_*`` variables, checked, frozen."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from widget.domain.errors import ConfigurationError
from widget.domain.hosts import check_http_url

FILE_NAME = "comment-widget.toml"
PREFIX = "COMMENT_WIDGET_"
#: In the home folder: what limits have counted, for all processes of this machine.
LIMITS = "limits"
#: In the home folder: marks of what has changed, likewise.
CHANGES = "changes"


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ipaddress.ip_network(value, strict=False)
    return values


def _without_slash(value: str) -> str:
    return check_http_url(value).rstrip("/")


class Config(BaseSettings):
    """Everything that who runs the server decides. Site settings live in the database."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    home: Path = Field(
        Path("var"), description="Folder for the configuration file, keys and embedded database."
    )
    database_url: str = Field(
        "",
        repr=False,
        description="SQLAlchemy URL; empty is the embedded SQLite database in the home folder.",
    )
    redis_url: str = Field(
        "",
        repr=False,
        description="Redis or Valkey for rate limits and the queue of jobs; empty is memory.",
    )
    public_url: Annotated[str, AfterValidator(_without_slash)] = Field(
        "", description="Where readers reach the server; empty is the address it is bound to."
    )
    trusted_proxies: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_comma_separated), AfterValidator(_networks)
    ] = Field((), description="Addresses or networks of proxies whose X-Forwarded-For is believed.")
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_comma_separated)] = (
        Field(
            (),
            description="Keys of all nodes, newest first; empty is a key file in the home folder.",
        )
    )
    bind: str = Field("127.0.0.1:8080", description="HOST:PORT to listen on.")
    workers: int = Field(
        0, ge=0, le=256, description="Worker processes; 0 is as many as there are cores."
    )
    worker_mb: int = Field(
        400,
        ge=100,
        description="Memory that a worker may take beside its snapshots, megabytes; one that takes "
        "more is replaced, and no request fails.",
    )
    worker: bool = Field(
        True, description="Whether serve does jobs; off beside worker processes of their own."
    )
    threads: int = Field(64, ge=1, le=512, description="Requests answered at once by a worker.")
    deadline_s: float = Field(
        4.0, gt=0, le=60, description="Longest time for all plugins together, seconds."
    )
    snapshot_mb: int = Field(64, ge=1, description="Memory for snapshots in a worker, megabytes.")
    shared_cache_s: int = Field(
        0,
        ge=0,
        le=86_400,
        description="How long a CDN may hand out pages of comments without asking, seconds; a "
        "plugin with the hook purge_cache tells it to forget what has changed.",
    )
    smtp_url: str = Field(
        "",
        repr=False,
        description="Where mails are handed over: smtp://, smtp+starttls://, smtps:// or, "
        "for trying out, folder:///path; empty sends none.",
    )
    mail_from: str = Field("", description="Sender of mails; empty is comments@ the public host.")
    private_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = Field(
        (), description="Hosts of one's own network that plugins may ask, e.g. a webhook's."
    )
    require_second_factor: bool = Field(
        False, description="Everybody who signs in to the dashboard needs a second factor."
    )
    audit_days: int = Field(
        365, ge=1, le=36_500, description="Days for which the audit log is kept."
    )
    test_mode: bool = Field(False, description="Tell outside services that this is a test.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Log level.")
    plugins: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        repr=False,
        description="The operator's own table for a plugin, by its name.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let a variable win over the file, and an argument over both."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=_file())
        return init_settings, env_settings, file

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL of the database, the embedded one where none is set."""
        if self.database_url:
            return _with_driver(self.database_url)
        return f"sqlite:///{(self.home / 'comments.sqlite').resolve()}"

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is SQLite, which the server migrates by itself."""
        return self.database.startswith("sqlite")

    @property
    def url(self) -> str:
        """Return the address of the server in links, without a slash at its end."""
        return self.public_url or f"http://{self.bind}"

    @property
    def host(self) -> str:
        """Return the server's own name, without a port."""
        return urlsplit(self.url).hostname or "localhost"


def load_config(**arguments: object) -> Config:
    """Read the configuration: arguments, then variables, then the file.

    Raises:
        ConfigurationError: naming each setting that can't be used, never a secret value.
    """
    try:
        return Config(**arguments)  # type: ignore[arg-type]  # checked by the model itself
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        raise ConfigurationError(f"The configuration can't be used: {faults}.") from error
    except SettingsError as error:
        raise ConfigurationError(f"The configuration can't be used: {error}.") from error
    except (ValueError, OSError) as error:
        raise ConfigurationError(f"{_file()} can't be read: {error}") from error


def _file() -> Path:
    return Path(os.environ.get(f"{PREFIX}HOME", "var")) / FILE_NAME


def _with_driver(url: str) -> str:
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
