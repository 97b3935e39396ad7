"""A warm process from which the limited children are forked: their imports took longer than reading 10,000 rows.

`serve` runs in that process. For each child there is a keeper, which waits for its end, tells how it ended, and ends
it when whoever asked is gone or wants no more: so no child outlives its parent, however that one died. The warm
process itself ends when its socket does. It has read nothing and knows nothing; what a child reads dies with it.
"""

import gc
import json
import os
import select
import signal
import socket
from collections.abc import Callable

LONGEST_ORDER = 1 << 16


def serve(work: Callable[..., int], descriptor: int) -> None:
    """Fork a child for each order on this socket: JSON arguments of `work`, its file, output and keeper's socket."""
    office = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        order, files, _flags, _address = socket.recv_fds(office, LONGEST_ORDER, 3)
        if not order:
            return
        if not os.fork():
            office.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _keep(work, json.loads(order), *files)
            os._exit(0)
        for file in files:
            os.close(file)


def _keep(work: Callable[..., int], arguments: list, source: int, out: int, told: int) -> None:
    child = os.fork()
    if not child:
        os.close(told)
        _be_child(work, arguments, source, out)
    os.close(source)
    os.close(out)
    end = os.pidfd_open(child)
    waiting = select.poll()
    waiting.register(end, select.POLLIN)
    waiting.register(told, select.POLLIN)
    if end not in dict(waiting.poll()):
        os.kill(child, signal.SIGKILL)
    _pid, status, cost = os.wait4(child, 0)
    os.write(told, f"{os.waitstatus_to_exitcode(status)} {cost.ru_maxrss}".encode())


def _be_child(work: Callable[..., int], arguments: list, source: int, out: int) -> None:
    os.setsid()
    for given, standard in ((source, 0), (out, 1)):
        os.dup2(given, standard)
        os.close(given)
    status = 78
    try:
        status = work(*arguments)
    finally:
        os._exit(status)
