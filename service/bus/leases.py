"""Which node hears which call: one key in Redis per call, held by whoever renews it."""

from collections.abc import Iterable, Sequence

from redis.asyncio import Redis

# only who holds a lease, or finds it free, may set it: a node that was away does not take back what others took over
_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return holder
"""
_GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Leases:
    """Leases of one node. Every method raises RedisError when Redis does not answer."""

    def __init__(self, redis: Redis, prefix: str, node_id: str, lease_s: float) -> None:
        self._redis, self._prefix, self._node_id = redis, prefix, node_id
        self._lease_ms = round(lease_s * 1000)
        self._take = redis.register_script(_TAKE)
        self._give_back = redis.register_script(_GIVE_BACK)

    async def claim(self, call_id: str) -> str:
        """Take the call if it is free; answers who has it now."""
        holder = await self._take(keys=[self._key(call_id)], args=[self._node_id, self._lease_ms])
        return _text(holder)

    async def owner(self, call_id: str) -> str | None:
        """Who has the call now."""
        holder = await self._redis.get(self._key(call_id))
        return None if holder is None else _text(holder)

    async def lost(self, call_ids: Sequence[str]) -> list[str]:
        """Those of the calls that nobody has."""
        missing: list[str] = []
        for several in _in_pieces(list(call_ids), 500):
            holders = await self._redis.mget([self._key(call_id) for call_id in several])
            missing += [call_id for call_id, holder in zip(several, holders, strict=True) if holder is None]
        return missing

    async def renew(self, call_ids: Iterable[str]) -> None:
        """Go on having these calls."""
        for several in _in_pieces(sorted(call_ids), 500):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for call_id in several:
                    await self._take(keys=[self._key(call_id)], args=[self._node_id, self._lease_ms], client=pipeline)
                await pipeline.execute()

    async def give_back(self, call_ids: Iterable[str]) -> None:
        """Have them no longer."""
        for call_id in call_ids:
            await self._give_back(keys=[self._key(call_id)], args=[self._node_id])

    def _key(self, call_id: str) -> str:
        return f"{self._prefix}lease:{call_id}"


def _text(holder: object) -> str:
    return holder.decode() if isinstance(holder, bytes) else str(holder)


def _in_pieces(items: list[str], size: int) -> Iterable[list[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
