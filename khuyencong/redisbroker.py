"""Redis as a broker, for messages that are only bells.

kombu wants to give a message that was not answered back to Redis when the connection is lost, by the connection that is
gone: the worker dies of it («'NoneType' object has no attribute 'hostname'», kombu 5.7). Nothing has to be given back
here: what there is to do stands in the table of jobs, and the tick rings again.
"""

from typing import Any

from kombu.transport import redis


class Channel(redis.Channel):  # type: ignore[misc]
    do_restore = False

    @property
    def _gone(self) -> bool:
        return self.connection is None or self.connection.client is None

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> Any:
        """Of a message that came by a lost connection nobody is told."""
        return None if self._gone else super().basic_ack(delivery_tag, multiple)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> Any:
        return None if self._gone else super().basic_reject(delivery_tag, requeue)


class Transport(redis.Transport):  # type: ignore[misc]
    Channel = Channel
