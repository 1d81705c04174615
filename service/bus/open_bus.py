"""Which bus a node works on: Redis where an address is set, else none."""

import socket
import uuid

from config.settings import Settings
from service.bus.alone import Alone
from service.bus.bus import Bus
from service.bus.redis_address import RedisAddress, RedisAddressError
from service.bus.redis_bus import RedisBus
from service.store.database import StoreError, database_url


def new_node_id() -> str:
    """A name for this run of this node: a node that starts again is another one."""
    return f"{socket.gethostname()[:40]}-{uuid.uuid4().hex[:8]}"


def bus_of(settings: Settings, node_id: str) -> Bus:
    """The bus. Raises StoreError when the settings cannot work together."""
    if settings.redis_url is None:
        return Alone(node_id)
    if database_url(settings).get_backend_name() == "sqlite":
        raise StoreError("redis_url: nodes that work together share one database; set database_url to a PostgreSQL")
    address = RedisAddress(settings.redis_url.get_secret_value())
    try:
        address.check()
    except RedisAddressError as error:
        raise StoreError(str(error)) from None
    return RedisBus(settings.bus, address, node_id)
