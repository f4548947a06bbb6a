"""A stand-in for systemd's side of sd_notify(3), which Node cannot play.

    notify-receiver.py listen PATH          binds PATH, prints one JSON line for each datagram
    notify-receiver.py handover PATH CMD..  what OpenFile= does: connects, passes the socket as
                                            descriptor 3 named "notify", becomes CMD
"""
import json
import os
import socket
import struct
import sys

SO_PASSCRED = 16
SCM_CREDENTIALS = 2


def listen(path):
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, 1)
    receiver.bind(path)
    print(json.dumps({"listening": path}), flush=True)
    while True:
        data, ancillary, _flags, _address = receiver.recvmsg(4096, 1024)
        pids = [struct.unpack("iii", c[:12])[0] for _, kind, c in ancillary if kind == SCM_CREDENTIALS]
        if not data.startswith(b"BARRIER="):
            print(json.dumps({"lines": data.decode().split("\n"), "pid": pids[0]}), flush=True)
        for _, kind, content in ancillary:
            if kind == socket.SCM_RIGHTS:
                # The barrier of systemd-notify: it waits until its descriptor is closed.
                for (fd,) in struct.iter_unpack("i", content):
                    os.close(fd)


def handover(path, command):
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(path)
    if sender.fileno() != 3:
        os.dup2(sender.fileno(), 3)
    os.set_inheritable(3, True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="notify")
    os.execvp(command[0], command)


if sys.argv[1] == "listen":
    listen(sys.argv[2])
else:
    handover(sys.argv[2], sys.argv[3:])
